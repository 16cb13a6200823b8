"""What the pages share: the App and the words they speak, formats, and the drawing of cards and rows.

Besides the pages themselves, the only place that imports streamlit.
"""
