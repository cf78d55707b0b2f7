"""Chat models: one choice, asked through LangChain, counted, bounded and remembered."""
