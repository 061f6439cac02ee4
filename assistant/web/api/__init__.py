"""The API for other programs: REST, OpenAI's chat completions, MCP tools."""
