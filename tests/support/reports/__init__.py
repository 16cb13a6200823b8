"""What the tests of reports share, and the script that their fonts were made by."""
