"""Who is told of what: notices by SNS and Slack, once a change, and when reports are due."""
