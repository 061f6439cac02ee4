"""The settings, from the environment; no other module reads it."""

from datetime import date
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment variables POLICY_<NAME> and LLM_<NAME>, described in README.md."""

    model_config = SettingsConfigDict(
        env_prefix="POLICY_", extra="ignore", frozen=True, populate_by_name=True
    )

    data: Path = Path("var")  # the index and the built model folder
    model: str = "var/model/multilingual-e5-small"  # a folder, or a name
    chroma_url: str = ""  # http://host:port; empty: embedded in the data folder
    host: str = "127.0.0.1"
    port: int = 7860
    admin_password: SecretStr = SecretStr("")  # needed where others can reach the host
    as_of: date | None = None  # the day of every answer; None: today in Beijing
    database_url: str = ""  # of the turns; empty: turns.db in the data folder
    # A language model that may word answers; the names are those of other programs.
    llm_base_url: str = Field(
        default="", validation_alias="LLM_BASE_URL"
    )  # empty: no model
    llm_model: str = Field(default="", validation_alias="LLM_MODEL")
    llm_api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias="LLM_API_KEY"
    )
    llm_deadline: str = Field(default="8", validation_alias="LLM_DEADLINE")  # seconds
