"""python -m index build | show | check | add: from raw texts to a searchable index."""

import argparse
import fcntl
import sys
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from index.build import build_index, current_manifest
from index.embed import EmbedderError, load_embedder
from index.paraphrases import load_paraphrases
from index.read import Corpus, Reading, read_corpus
from index.search import IndexMissing
from index.settings import Settings
from index.store import StoreError
from index.yaml_files import DataError
from prompts import say


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m index", description="把政策原文读成条款，并建立检索索引"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")
    commands.add_parser("build", help="读入全部文本，建立索引（只重算有变化的部分）")
    show = commands.add_parser("show", help="列出条款；给出编号时显示该条全文与更正")
    show.add_argument("clause", nargs="?", help="条款编号，如 zhengzhou-2024#三（一）1")
    commands.add_parser(
        "check", help="核对文本、目录、编号、乱码与问法数据，不改动任何东西"
    )
    add = commands.add_parser("add", help="为新文本起草 documents.yaml 条目并报告疑点")
    add.add_argument("file", type=Path, help="文本文件（.txt 或 .md，UTF-8）")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a fault in the data, said in Chinese."""
    options = parser().parse_args(arguments)
    try:
        match options.command:
            case "build":
                return build(Settings())
            case "show":
                return show(read_corpus(), options.clause)
            case "check":
                return check(read_corpus())
            case _:
                from index.draft import draft, draft_text

                print(draft_text(draft(options.file)))
                return 0
    except (DataError, EmbedderError, IndexMissing, StoreError) as error:
        print(error, file=sys.stderr)
        return 1


def build(settings: Settings) -> int:
    """Build the index with a progress bar and say what was done."""
    corpus = read_corpus()
    embedder = load_embedder(settings.model)
    folder = settings.data / "index"
    before = current_manifest(folder)
    with alone(folder), tqdm(desc="向量化", unit="段", disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        manifest = build_index(corpus, embedder, folder, settings.chroma_url, progress)
    if before and before.build == manifest.build:
        print(f"索引已是最新（{manifest.clauses} 条，{manifest.units} 段）。")
    else:
        print(
            f"索引已建立：{len(corpus.documents)} 份文本与附件，{manifest.clauses} 条，"
            f"{manifest.units} 段，其中新算 {manifest.embedded} 段。"
        )
    return 0


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Hold the folder's lock, which ends with the process, while building.

    Raises DataError when another build holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "LOCK").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(say("messages.index.building", folder=folder)) from error
        yield


def show(corpus: Corpus, clause: str | None) -> int:
    """List the clauses, or one clause with its source and its corrections."""
    if clause is None:
        for one in corpus.clauses.values():
            print(f"{one.id}\t{one.heading or one.text[:24]}")
        return 0
    if clause not in corpus.clauses:
        print(f"没有条款“{clause}”。不带编号运行 python -m index show 可列出全部。")
        return 1
    one = corpus.clauses[clause]
    print(f"{one.id}　{' > '.join((*one.headings, one.label))}\n\n{one.text}\n")
    print("责任单位：" + ("、".join(one.units) or "文中未写明"))
    for source in one.sources:
        print(f"来源：{source.file} 第 {source.start}—{source.end} 字符")
    for correction in one.corrections:
        raw, new = correction.raw.replace("\n", "⏎"), correction.corrected
        print(f"更正（{correction.kind}）：{raw!r} → {new!r}")
    for variant in one.variants:
        print(f"另一来源 {variant.file} 作“{variant.theirs}”，此处作“{variant.ours}”")
    return 0


def check(corpus: Corpus) -> int:
    """Report what was read and everything odd; 1 if a person must look at it."""
    load_paraphrases(corpus)
    odd = 0
    for reading in corpus.readings:
        odd += _report(reading)
    print(f"共 {len(corpus.clauses)} 条（含前言、结语），疑点 {odd} 处。")
    return 1 if odd else 0


def _report(reading: Reading) -> int:
    kinds = Counter(c.kind for c in reading.text.corrections)
    names = [f"{say(f'ui.repair_kinds.{k}')} {n}" for k, n in kinds.most_common()]
    repaired = "，".join(names) or "无"
    clauses = [s.number for s in reading.sections if s.kind == "clause"]
    ends = f"{clauses[0]} … {clauses[-1]}" if clauses else "没有编号"
    name = f"{reading.document.id}（{reading.file}）"
    print(f"{name}：{len(clauses)} 条（{ends}）；更正：{repaired}")
    for gap in reading.gaps:
        print(f"  编号不连续：{gap} 之前有缺")
    for repeat in reading.repeats:
        print(f"  编号重复：{repeat}")
    for damage in reading.garble:
        print(f"  疑似乱码：第 {damage.start} 字符“{damage.text}”")
    return len(reading.gaps) + len(reading.repeats) + len(reading.garble)


if __name__ == "__main__":
    sys.exit(main())
