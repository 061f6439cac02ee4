"""What the tools for other programs' agents answer: text, or BadInput in Chinese."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from assistant.calculator import assess
from assistant.chat import LONGEST_QUESTION, Assistant
from assistant.citations import corrections
from assistant.declining import held
from assistant.facts import status_sentence
from assistant.finding_text import checkup_lines, describe
from assistant.match import match
from assistant.profile_file import BadInput, ProfileEntry, place_path, profile_of
from assistant.question import read_question
from assistant.refusal import answerable, decision_model, signs
from assistant.rule_commands import asks_for, profile_typed, rule_named
from assistant.rules import Rule
from index.lexical import normalised
from index.ranking import Ranking, near_provinces
from index.read import Clause
from index.scope import applies
from prompts import say

SHOWN = 5  # clauses of a search


@dataclass(frozen=True, slots=True)
class ToolAnswers:
    """The tools on one day; each raises BadInput that says what to change."""

    assistant: Assistant
    as_of: date

    def look_up_clause(self, clause: str) -> str:
        """A clause verbatim, with its text, status, place and units."""
        library = self.assistant.index.library
        if clause in library.row:
            return self._clause(library.clause(clause))
        near = get_close_matches(clause, library.ids, 5) or library.ids[:5]
        raise BadInput(say("tools.no_clause", name=clause, listed="、".join(near)))

    def search_clauses(self, question: str, place: str | None = None) -> str:
        """The clauses nearest to a question, with what speaks against using them."""
        ranking = found(self.assistant, question, self.as_of, place, SHOWN)
        if not ranking.hits:
            return self._nothing_there()
        warnings = list(self._warnings(question, ranking, place))
        clauses = [self._clause(hit.clause) for hit in ranking.hits]
        return "\n\n".join([*warnings, *clauses])

    def calculate(
        self,
        rule: str,
        place: str,
        inputs: Mapping[str, str] | None = None,
        level: str | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> str:
        """What a rule gives: a figure with its steps, what is missing, or why not."""
        rulebook = self.assistant.rulebook
        chosen = rule_named(rulebook, rule)
        profile = profile_typed(
            [*(inputs or {}).items(), *(facts or {}).items()],
            chosen,
            rulebook.vocabulary,
            place=place,
            levels=(level,) if level else (),
        )
        finding = assess(chosen, profile, self.as_of)
        return "\n".join(describe(finding, profile, rulebook.vocabulary, self.as_of))

    def match_benefits(self, profile: ProfileEntry) -> str:
        """The check-up of one profile against every rule."""
        rulebook = self.assistant.rulebook
        typed = profile_of(profile, rulebook.vocabulary)
        checkup = match(rulebook, typed, self.as_of)
        lines = checkup_lines(checkup, typed, rulebook.vocabulary, self.as_of)
        return "\n".join(lines)

    def list_rules(self, place: str | None = None) -> str:
        """The rules that apply at a place, with what each asks for."""
        path = place_path(place) if place is not None else None
        rules = [
            rule
            for rule in self.assistant.rulebook.rules.values()
            if path is None or applies(rule.document, (path,))
        ]
        return "\n".join(map(self._rule, rules)) or self._nothing_there()

    def _rule(self, rule: Rule) -> str:
        asked = list(asks_for(rule, self.assistant.rulebook.vocabulary))
        if rule.terms.conditions.level:
            asked.insert(0, f"level（{say('figures.conditions.level')}）")
        return say(
            "tools.rule",
            id=rule.id,
            label=rule.terms.label,
            clause=rule.terms.clause,
            place="".join(rule.document.place),
            status=say(f"replies.status_names.{rule.document.status(self.as_of)}"),
            asked="、".join(asked) or say("tools.asks_nothing"),
        )

    def _clause(self, clause: Clause) -> str:
        document = self.assistant.index.library.documents[clause.document]
        text = say(
            "tools.clause",
            id=clause.id,
            title=document.title,
            label=clause.label.rstrip("、.．"),
            place="".join(document.place),
            units="、".join(clause.units) or say("tools.no_units"),
            status=status_sentence(document, self.as_of),
            text=clause.text,
        )
        changes = "；".join(corrections(clause))
        note = say("ui.corrections.line", changes=changes) if changes else ""
        return "\n".join(line for line in (text, note) if line)

    def _nothing_there(self) -> str:
        texts = held(self.assistant.documents())
        return f"{say('tools.nothing_there')}\n{texts}"

    def _warnings(
        self, question: str, ranking: Ranking, place: str | None
    ) -> Iterator[str]:
        """That the texts may not answer it, or that it depends on the place."""
        lexical = self.assistant.index.lexical
        search = read_question(question, lexical).search
        chance = answerable(signs(search, ranking, lexical))
        if chance < decision_model().threshold:
            yield say("tools.may_not_answer")
        if place is None and len(near_provinces(ranking)) > 1:
            yield say("tools.depends_on_place")


def found(
    assistant: Assistant, question: str, as_of: date, place: str | None, most: int
) -> Ranking:
    """The clauses for a question asked at a place, best first.

    Raises BadInput for an empty question, one too long, and a place that is unclear.
    """
    if not question.strip():
        raise BadInput(say("replies.refusals.empty"))
    if len(normalised(question)) > LONGEST_QUESTION:
        raise BadInput(say("replies.refusals.too_long", limit=LONGEST_QUESTION))
    here = place_path(place) if place is not None else None
    return assistant.search(question, as_of, most, here=here)
