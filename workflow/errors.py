"""What a user may be told went wrong, in Chinese and in English."""


class Refusal(ValueError):
    """Says in one sentence per language why something cannot be done; `str()` gives both."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en

    def __reduce__(self) -> tuple[type["Refusal"], tuple[str, str]]:
        return type(self), (self.zh, self.en)
