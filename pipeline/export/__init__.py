"""A DynamoDB table becomes one document of the lake: by scan or by DynamoDB's own export."""
