"""The pages for enterprises: one FastAPI application, the chat in Gradio within it."""
