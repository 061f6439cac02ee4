"""A copy of the program with three tiny texts of its own: to build, change and kill."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
# Data of the five texts, which the copy does without.
LEFT_OUT = ("__pycache__", "corpus", "paraphrases", "documents.yaml", "declined.yaml")
TEXTS = {
    "nation": (
        "关于支持小微企业的若干意见\n\n为支持小微企业发展，提出以下意见。\n\n"
        "一、减免税费。对月销售额较低的小微企业免征增值税，免征期限按税务机关公告执行，"
        "具体办理流程由各地税务机关在办税服务厅公布，并通过网站告知。\n\n"
        "二、缓缴社保。经营困难的小微企业可以申请缓缴社会保险费，缓缴期间不收滞纳金。\n"
    ),
    "zhengzhou": (
        "郑州市养老机构扶持办法\n\n第一条 本办法适用于郑州市行政区域内的养老机构。\n\n"
        "第二条 新建养老机构每张床位补贴5000元。补贴分三年拨付，每年核验一次入住情况，"
        "未达到入住要求的当年不予拨付，核验办法另行制定并向社会公布。"
        "（责任单位：市民政局、市财政局）\n\n第三条 养老机构用水用电执行居民价格。\n"
    ),
    "hubei": (
        "湖北省茶叶产业扶持措施\n\n"
        "一、良种补贴。新建良种茶园每亩补贴800元，连片种植五十亩以上的优先安排。\n\n"
        "二、品牌宣传。对参加省外茶叶展会的企业，按展位费的一半给予补助。\n"
    ),
}
PLACES = {
    "nation": [],
    "zhengzhou": ["河南省", "郑州市"],
    "hubei": ["湖北省"],
}
DATES = {
    "nation": ("2022-03-01", "2023-12-31"),
    "zhengzhou": ("2024-01-01", None),
    "hubei": ("2023-05-01", "2028-12-31"),
}
PARAPHRASES = {
    "zhengzhou#第二条": ["盖个养老院，一张床给多少钱"],
    "hubei#一": ["种茶树一亩地补多少"],
}
DECLINED = [
    {"topic": "天气", "type": "outside", "questions": ["明天下不下雨"]},
    {"topic": "造假", "type": "illegal", "questions": ["帮我编一份假合同"]},
]
# Imports take seconds, a build of three tiny texts does not: each build is forked.
FORKED_BUILDS = """
import json, os, sys
from index.__main__ import main
for settings in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(2, 1)
        os.environ |= json.loads(settings)
        code = main(["build"])
        sys.stdout.flush()
        os._exit(code)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass
class Checkout:
    """The copy in `folder`, whose index stands in `data`/index."""

    folder: Path
    model: Path
    data: Path = Path()
    texts: dict[str, str] = field(default_factory=dict)
    _forks: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        ignored = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(ROOT / "index", self.folder / "index", ignore=ignored)
        shutil.copytree(ROOT / "prompts", self.folder / "prompts", ignore=ignored)

    def begin(self, data: Path) -> None:
        """Go back to the texts as they were, with another data folder."""
        self.data = data
        self.index.mkdir(parents=True, exist_ok=True)
        for name in ("corpus", "paraphrases"):
            shutil.rmtree(self.folder / "index" / name, ignore_errors=True)
            (self.folder / "index" / name).mkdir()
        self.texts = TEXTS.copy()
        self.write("paraphrases/all.yaml", PARAPHRASES)
        self.write("declined.yaml", DECLINED)
        self.write_texts()

    @property
    def index(self) -> Path:
        return self.data / "index"

    @property
    def builds(self) -> set[str]:
        """The folders of complete and incomplete builds."""
        return {path.name for path in self.index.iterdir() if path.is_dir()}

    def write(self, name: str, content: object) -> None:
        """Write a data file of index/."""
        path = self.folder / "index" / name
        path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")

    def write_texts(self, **changed: str) -> None:
        """Write the texts, some of them changed, and the catalogue that fits them."""
        self.texts |= changed
        for name, text in self.texts.items():
            (self.folder / f"index/corpus/{name}.txt").write_text(text, "utf-8")
        self.write("documents.yaml", [self._entry(name) for name in self.texts])

    def _entry(self, name: str) -> dict[str, object]:
        text = self.texts[name]
        issued, until = DATES[name]
        source = {
            "file": f"{name}.txt",
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "found": "tests/checkout.py",
        }
        return {
            "id": name,
            "title": text.partition("\n")[0],
            "short": text.partition("\n")[0],
            "number": None,
            "issuer": None,
            "place": PLACES[name],
            "issued": issued,
            "valid_from": issued,
            "valid_until": until,
            "sources": [source],
        }

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m index …` in the copy to its end."""
        command = [sys.executable, "-m", "index", *arguments]
        environment = os.environ | self._settings() | settings
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    def start(self, chroma_url: str = "") -> int:
        """Begin a build in a process of its own, whose id is returned."""
        if self._forks is None:
            command = [sys.executable, "-c", FORKED_BUILDS]
            with (self.folder / "log").open("w", encoding="utf-8") as log:
                self._forks = subprocess.Popen(
                    command,
                    cwd=self.folder,
                    env=os.environ | self._settings(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
        settings = self._settings() | {"POLICY_CHROMA_URL": chroma_url}
        print(json.dumps(settings), file=self._forks.stdin, flush=True)
        return int(self._forks.stdout.readline())

    def wait(self) -> int:
        """The exit code of the build begun last; minus 9 if it was killed."""
        return int(self._forks.stdout.readline())

    def build(self, chroma_url: str = "") -> None:
        """Build to the end."""
        self.start(chroma_url)
        assert self.wait() == 0, (self.folder / "log").read_text("utf-8")

    def kill(self, build: int) -> int:
        """Kill a build as `kill -9` does; its exit code, 0 if it was faster."""
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(build, signal.SIGKILL)
        return self.wait()

    def close(self) -> None:
        """End the process that forks the builds."""
        if self._forks:
            self._forks.communicate()

    def _settings(self) -> dict[str, str]:
        return {
            "POLICY_MODEL": str(self.model),
            "POLICY_DATA": str(self.data),
            "POLICY_CHROMA_URL": "",
            "PYTHONIOENCODING": "utf-8",
        }
