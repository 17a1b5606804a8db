"""What models are made of: values that nobody changes, and labels in both languages."""

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """Base of what is read once: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(Frozen):
    """A label in the two languages that SOPs speak."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def text(self, language: str = "en") -> str:
        return self.zh if language == "zh" else self.en

    def both(self) -> str:
        return f"{self.en} {self.zh}"
