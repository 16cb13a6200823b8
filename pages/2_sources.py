"""The address /debug/sources on a fresh server, before the frame has named its pages.

Streamlit then looks for a file of that name here (it drops the number) and runs it around the frame: hand over.
"""

import streamlit_app

streamlit_app.main()
