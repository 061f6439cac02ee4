"""How callers ask for a clause, written by people, as search data."""

from pathlib import Path
from typing import Any, cast

from index.read import Corpus
from index.yaml_files import DataError, load_yaml
from prompts import say

FOLDER = Path(__file__).with_name("paraphrases")


def load_paraphrases(corpus: Corpus, folder: Path = FOLDER) -> dict[str, list[str]]:
    """Questions by clause id, from every YAML file of the folder.

    Raises DataError when a clause does not exist or a file is not id → questions.
    """
    questions: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        content: Any = load_yaml(path) or {}
        if not isinstance(content, dict):
            raise DataError(say("messages.corpus.paraphrase_file", file=path.name))
        for clause, lines in cast(dict[Any, Any], content).items():
            if clause not in corpus.clauses:
                message = "messages.corpus.paraphrase_clause"
                raise DataError(say(message, file=path.name, clause=clause))
            listed = isinstance(lines, list)
            asked: list[Any] = cast(list[Any], lines) if listed else [None]
            if not all(isinstance(q, str) and q.strip() for q in asked):
                message = "messages.corpus.paraphrase_list"
                raise DataError(say(message, file=path.name, clause=clause))
            questions.setdefault(clause, []).extend(asked)
    return questions
