"""The pipeline console's engine: DynamoDB tables out, whole documents in S3, and the record of every run.

Everything here also runs inside the Lambda, so nothing here imports streamlit.
"""
