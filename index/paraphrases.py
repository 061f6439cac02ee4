"""How callers ask for a clause, written by people, as search data."""

from pathlib import Path

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
        for clause, lines in (load_yaml(path) or {}).items():
            if clause not in corpus.clauses:
                message = "messages.corpus.paraphrase_clause"
                raise DataError(say(message, file=path.name, clause=clause))
            if not isinstance(lines, list) or not all(
                isinstance(q, str) for q in lines
            ):  # pyright: ignore[reportUnknownVariableType]
                message = "messages.corpus.paraphrase_list"
                raise DataError(say(message, file=path.name, clause=clause))
            questions.setdefault(clause, []).extend(lines)  # pyright: ignore[reportUnknownArgumentType]
    return questions
