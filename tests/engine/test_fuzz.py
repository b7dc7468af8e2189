"""What reads bytes from the network, with bytes of all kinds; scripts/fuzz goes on from here."""

import itertools
import re

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from ..fuzz.targets import SEEDS, TARGETS, WORDS, Target

#: Seconds that one input may take on a slow machine; hypothesis measures each of them.
LIMITS = settings(
    deadline=2000,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

every_target = pytest.mark.parametrize("name", TARGETS)


@st.composite
def mutations(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """Change an input that is valid in a few places: cut, repeat, insert, overwrite."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 64)))
        between = draw(
            st.one_of(
                st.just(b""),
                st.just(data[start:end] * 2),
                st.sampled_from(WORDS),
                st.binary(max_size=16),
            )
        )
        data = data[:start] + between + data[end:]
    return data


_VALID = b" ".join(itertools.chain.from_iterable(SEEDS.values())).decode()
NAMES = st.sampled_from(sorted({*re.findall(r"[A-Za-z:]{2,}", _VALID)}))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters='<>&"'), max_size=20)


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Word an element with known and unknown names; prefixes are not declared."""
    attributes = st.dictionaries(NAMES, TEXTS, max_size=3).map(
        lambda pairs: "".join(f' {name}="{value}"' for name, value in pairs.items())
    )
    return st.tuples(NAMES, attributes, st.lists(children, max_size=4).map("".join)).map(
        lambda parts: f"<{parts[0]}{parts[1]}>{parts[2]}</{parts[0]}>"
    )


DOCUMENTS = element(st.recursive(TEXTS, element, max_leaves=20)).map(str.encode)


@every_target
@given(data=st.data())
@LIMITS
def test_any_bytes(name: str, data: st.DataObject) -> None:
    TARGETS[name](data.draw(st.binary(max_size=500)))


@every_target
@given(data=st.data())
@LIMITS
def test_changed_inputs(name: str, data: st.DataObject) -> None:
    TARGETS[name](data.draw(mutations(SEEDS[name])))


@every_target
@given(document=DOCUMENTS)
@LIMITS
def test_any_document(name: str, document: bytes) -> None:
    TARGETS[name](document)


@every_target
def test_seeds_are_valid(name: str) -> None:
    """Otherwise nothing behind the first check would be tested."""
    target: Target = TARGETS[name]
    for seed in SEEDS[name]:
        target(seed)
