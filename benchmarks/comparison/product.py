"""This product on the same job: python -m benchmarks.comparison.product JOB REPORT"""

from datetime import date
from pathlib import Path

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.rules import load_rulebook
from assistant.session import Session
from benchmarks.comparison.job import Contender, Hit, Job, Reply, run
from index.build import build_index
from index.embed import load_embedder
from index.read import Clause, read_corpus
from index.search import ClauseIndex

Span = tuple[str, int, int]


def build(job: Job) -> Contender:
    corpus = read_corpus()
    embedder = load_embedder(job.model)
    folder = Path(job.folder)
    build_index(corpus, embedder, folder)
    rulebook = load_rulebook(corpus.clauses, corpus.documents)
    assistant = Assistant(ClauseIndex.open(folder, embedder), rulebook)

    def ask(question: str, day: str) -> Answer:
        return assistant.ask(question, Session(), date.fromisoformat(day))

    def reply(question: str, day: str, answer: Answer) -> Reply:
        found = assistant.search(question, date.fromisoformat(day), job.top_k).hits
        return Reply(
            [Hit(_spans(hit.clause), hit.score) for hit in found],
            answer.text,
            answer.behaviour == "refuse",
            [_spans(corpus.clauses[c.clause]) for c in answer.citations],
        )

    return Contender(ask, reply)


def _spans(clause: Clause) -> list[Span]:
    return [(place.file, place.start, place.end) for place in clause.sources]


if __name__ == "__main__":
    run(build)
