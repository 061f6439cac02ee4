# pyright: basic
"""The index as a LangChain retriever: what `search` finds, as LangChain documents."""

from datetime import date

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, InstanceOf

from assistant.chat import TOP_K, Assistant
from assistant.tool_answers import found
from index.ranking import Hit


class PolicyRetriever(BaseRetriever):
    """The clauses that answer a question on a day, best first.

    `place` is where the asker is, as people write it; a place that the question itself
    names goes before it, and texts of other places are never returned. Raises BadInput,
    in Chinese, for an empty question, one too long, and a place that is unclear.
    """

    assistant: InstanceOf[Assistant] = Field(repr=False, exclude=True)
    as_of: date
    place: str | None = None
    top_k: int = Field(TOP_K, gt=0)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        ranking = found(self.assistant, query, self.as_of, self.place, self.top_k)
        return [_document(hit) for hit in ranking.hits]


def _document(hit: Hit) -> Document:
    """A clause as it stands in its text, with what is needed to cite it."""
    metadata = {
        "id": hit.clause.id,
        "document": hit.document.title,
        "label": hit.clause.label,
        "status": hit.status,
        "place": "".join(hit.document.place),
        "units": list(hit.clause.units),
        "score": hit.score,
    }
    return Document(hit.clause.text, id=hit.clause.id, metadata=metadata)
