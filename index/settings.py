"""The settings, from the environment; no other module reads it."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment variables POLICY_<NAME>; each is described in README.md."""

    model_config = SettingsConfigDict(env_prefix="POLICY_", extra="ignore", frozen=True)

    data: Path = Path("var")  # the index and the built model folder
    model: str = "var/model/multilingual-e5-small"  # a folder, or a name
    chroma_url: str = ""  # http://host:port; empty: embedded in the data folder
    port: int = 7860
    database_url: str = ""  # of the turns; empty: turns.db in the data folder
