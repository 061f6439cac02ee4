"""A plain LangChain and Chroma RAG, as its tutorials show it.

python -m benchmarks.comparison.langchain_rag JOB REPORT [CHUNK OVERLAP]
"""

import sys

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.comparison.job import Contender, Hit, Job, Reply, run

CHUNK, OVERLAP = 1000, 200  # of LangChain's RAG tutorial
SCRIPT = [
    "\n\n",
    "\n",
    "\u3002",
    "\uff1b",
    "\uff0c",
    "",
]  # full stop and on, for Chinese


def build(job: Job) -> Contender:
    embeddings = HuggingFaceEmbeddings(
        model_name=job.model,
        encode_kwargs={"prompt": "passage: "},
        query_encode_kwargs={"prompt": "query: "},
    )
    chunk, overlap = map(int, sys.argv[3:5] or (CHUNK, OVERLAP))
    separators = {"separators": SCRIPT} if chunk != CHUNK else {}
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=chunk, chunk_overlap=overlap, add_start_index=True, **separators
    )
    texts = [
        Document(page_content=text, metadata={"file": file})
        for file, text in job.texts.items()
    ]
    store = Chroma.from_documents(
        splitter.split_documents(texts), embeddings, persist_directory=job.folder
    )

    def ask(question: str, _: str) -> list[tuple[Document, float]]:
        return store.similarity_search_with_score(question, k=job.top_k)

    return Contender(ask, _reply)


def _reply(_: str, __: str, found: list[tuple[Document, float]]) -> Reply:
    hits = [Hit([_span(d)], -distance) for d, distance in found]
    return Reply(hits, "\n".join(d.page_content for d, _ in found))


def _span(chunk: Document) -> tuple[str, int, int]:
    start = chunk.metadata["start_index"]
    return (chunk.metadata["file"], start, start + len(chunk.page_content))


if __name__ == "__main__":
    run(build)
