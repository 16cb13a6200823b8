"""What moved together: the daily frame, and correlations whose numbers hold."""
