"""From this tree to a stack on AWS: zips, parameters, the plan and its execution."""
