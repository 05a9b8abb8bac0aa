"""What every section of `config.yaml` is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Base of every section, a plugin's included: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
