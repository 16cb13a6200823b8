"""The door: what stands between a stranger's connection and Streamlit. Headers, sizes, compression, start and end.

Plain ASGI; only ``lifespan`` knows of the App, and nothing here draws.
"""
