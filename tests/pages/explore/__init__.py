"""What the tests of the page 分析 cover: its states, its files."""
