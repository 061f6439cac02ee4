"""LlamaIndex with its own defaults: python -m benchmarks.comparison.llamaindex_rag …"""

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.schema import NodeWithScore
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from benchmarks.comparison.job import Contender, Hit, Job, Reply, run


def build(job: Job) -> Contender:
    embed = HuggingFaceEmbedding(
        model_name=job.model,
        query_instruction="query: ",
        text_instruction="passage: ",
    )
    texts = [
        Document(text=text, metadata={"file_name": file})
        for file, text in job.texts.items()
    ]
    index = VectorStoreIndex.from_documents(texts, embed_model=embed)
    index.storage_context.persist(job.folder)
    retriever = index.as_retriever(similarity_top_k=job.top_k)

    def ask(question: str, _: str) -> list[NodeWithScore]:
        return retriever.retrieve(question)

    return Contender(ask, _reply)


def _reply(_: str, __: str, found: list[NodeWithScore]) -> Reply:
    return Reply([_hit(n) for n in found], "\n".join(n.text for n in found))


def _hit(found: NodeWithScore) -> Hit:
    node = found.node
    span = (found.metadata["file_name"], node.start_char_idx, node.end_char_idx)
    return Hit([span], found.score)


if __name__ == "__main__":
    run(build)
