"""What AWS says of the settings, the function's log and the schedule."""
