"""Texts of ops and replies, readable and not, with what the core says of them. What they may say is asked in cases.py."""

from collections.abc import Iterator

from sync.op import MAX_OP_BYTES, Op, write_op
from sync.wire import MAX_DEPTH
from tests.vectors.calls import GRID, plain
from tests.vectors.cases import Case
from tests.vectors.chance import Chance

ODD = [
    "",
    "路灯坏了",
    "～𠀀",
    "😀👨‍👩‍👧",
    "\u2028\u2029",
    '"\\/',
    "\b\f\n\r\t",
    "\x00\x1f\x7f",
    "é",
    "\ufeff",
    "\ufffd\uffff",
]
"""Texts that languages write differently, or count differently."""

BASE = (
    '{"device":"d1","seq":1,"prev":"","stamp":"s","actor":"p1","grid":"329924101201001",'
    '"subject":"issue/d1.1","name":"register","fields":%s%s}'
)


def texts() -> Iterator[Case]:
    """Ops with odd characters: how they are written, hashed and read again."""
    for odd in ODD:
        one = Op(
            device="d1", seq=1, prev="", stamp="000000000001000-0000-d1", actor=odd, grid=GRID, subject="issue/d1.1",
            name="register", fields={"words": odd, "danger": [odd], "facts": {odd or "a": odd}}, seen={"title": [odd]},
        )  # fmt: skip
        yield "write_op", [plain(one)]
        yield "op_hash", [write_op(one)]
        yield "read_op", [write_op(one)]
        yield "length", [odd]
    for subject in ("issue/d1.1", "issue", "", "/", "a/b/c"):
        yield "kind_of", [subject]


FIELDS = r"""
{}
[]
null
{"a":1.0}
{"a":1e2}
{"a":1E2}
{"a":-0}
{"a":-0.0}
{"a":9007199254740991}
{"a":9007199254740992}
{"a":-9007199254740991}
{"a":-9007199254740992}
{"a":123456789012345678901234567890}
{"a":[{"b":[1.5]}]}
{"a": 1.5}
{"a":"1.5"}
{"a":"x:1.5"}
{"a":"\\", "b":2.5}
{"a":"\"", "b":[1e5]}
{"a":"\" ,1.5 "}
{"a":NaN}
{"a":01}
{"a":+1}
{"a":1.}
{"a":.5}
{"a":-}
{"a":"\ud800"}
{"a":"\ud83d\ude00"}
{"a":"\ude00\ud83d"}
{"a":"\uD83D\uDE00"}
{"a":"\\ud800"}
{"a":{"\udc00":1}}
{"a":"\u0000"}
{"a":"\x"}
{"a":1,"a":2}
{"a":1,"b":2,"a":3}
{"a":1,}
{'a':1}
{"A":1}
{"1":1}
{"":1}
{"a b":1}
{"a\n":1}
{"a_1":1}
{"é":1}
{"__proto__":1}
{"a":{"__proto__":1}}
{"constructor":1}
{"a":{"1":1,"b":2,"路":3}}
{"a":true,"b":false,"c":null}
{"a":/**/1}
""".splitlines()[1:]
"""Values of `fields`, well written and not."""

MORE = r"""
,"seen":{}
,"seen":null
,"seen":{"a":["s"]}
,"seen":{"a":[1]}
,"seen":{"a":"s"}
,"seen":[]
,"v":2
,"v":0
,"v":-1
,"v":1.0
,"v":true
,"v":"1"
,"v":null
,"v":9007199254740991
,"v":9007199254740992
,"later":{"x":[1,"2"]}
,"later":1.5
,"later":"\ud800"
,"later":9007199254740993
,"device":""
,"device":"d2"
,"seq":0
,"seq":2
,"seq":9007199254740993
,"name":""
,"name":1
,"grid":"1"
,"grid":"３２９９２４１０１２０１００１"
,"grid":"32992410120100a"
,"prev":null
,"stamp":1
,"actor":["p1"]
,"subject":{}
,"__proto__":{"name":"x"}
""".splitlines()[1:]
"""What may follow: parts left out before, parts said twice, parts of a later version."""


def unreadable() -> Iterator[Case]:
    """Texts that are no op, or just are one."""
    deep = ['{"a":' + "[" * n + "]" * n + "}" for n in (5, MAX_DEPTH - 2, MAX_DEPTH - 1, 500, 5000)]
    deep.append('{"a":' + "[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2) + ',"b":[[]]}')
    broad = ['{"a":[' + one * 100 + "1]}" for one in ("[],", '{"b":[]},', '"[",')]
    odd = ['{"a":"\ud800"}', '{"a":"\ude00\ud83d"}', '{"a":"\x01"}', '{"a":"\t"}', '{"a":"\x7f"}']
    yield from (("read_op", [BASE % (one, "")]) for one in [*FIELDS, *odd, *deep, *broad])
    yield from (("read_op", [BASE % ("{}", one)]) for one in MORE)
    whole = BASE % ("{}", "")
    for text in (
        "",
        " ",
        "null",
        "[]",
        "{}",
        "1",
        '"x"',
        whole + "x",
        whole[:-1],
        " \n" + whole + "\t ",
        "\ufeff" + whole,
        whole + "\u00a0",
        whole[1:],
    ):
        yield "read_op", [text]
    for gone in ("device", "seq", "prev", "stamp", "actor", "grid", "subject", "name", "fields"):
        yield "read_op", [whole.replace(f'"{gone}"', f'"no_{gone}"')]
    room = MAX_OP_BYTES - len(BASE % ('{"a":""}', ""))
    for n in (room, room + 1):
        yield "read_op_of", [BASE % ('{"a":"%s"}', ""), n, "a"]
        yield "read_op_of", [BASE % ('{"a":"%s"}', ""), n // 4, "𠀀"]
        yield "read_op_of", [BASE % ('{"a":"%s"}', ""), n // 4 + 1, "😀"]


REPLY = (
    '{"v":1,"epoch":"e1","now_ms":1790000000000,"next_seq":3,"receipts":[{"seq":1,"hash":"h","fate":"placed","grid":"329924101201001",'
    '"place":7,"placed_ms":5},{"seq":2,"hash":"i","fate":"refused","why":"not_your_role","about":"accept"}],"scope":[{"grid":"329924101201001",'
    '"name":"一网格","village":"柳溪村","town":"青禾镇","role":"grid_worker","people":{"p1":"李某"},"view":"9f","until_ms":1790000000001,"covers":"王某"}],"changes":{"329924101201001":{"ops":[[7,5,4,"grid_worker","{}"]],"head":9}},"book":"b1","settled":[{"seq":1,"hash":"h","fate":"refused","why":"declined"}]}'
)


CUTS = {
    '"v":1': '"v":"1"',
    '"epoch":"e1",': "",
    '"place":7': '"place":null',
    '"placed_ms":5': '"placed_ms":5,"later":1',
    '"head":9': '"head":"9"',
    '[7,5,4,"grid_worker","{}"]': "[7]",
    '"{}"]': '"{}",8]',
    '"{}"]]': '"{}","m",0,"later"]]',
    '"role":"grid_worker"': '"role":1',
    '"view":"9f",': "",
    '"until_ms":1790000000001': '"until_ms":"soon"',
    '"settled":[': '"settled":[7,',
    '"book":"b1"': '"book":"b1","later":[]',
    '"李某"': "1",
    '{"p1":"李某"}': "[]",
    ',"people":{"p1":"李某"}': "",
    '"receipts":[': '"receipts":[1,',
    '"fate":"placed",': "",
    '"place":7,': '"place":7,"credited_ms":4,"role":"town","mark":"m",',
    '"about":"accept"': '"about":"accept","mark":8',
    '"epoch"': '"kept":{"329924101201001":4},"later":[["d1",2]],"epoch"',
    '"epoch":': '"later":[["d1"]],"epoch":',
    '{"v":1': '{"kept":{"g":"4"},"v":1',
    '"now_ms"': '"key":"k","signature":"s","now_ms"',
    '"next_seq"': '"signature":[],"next_seq"',
}


SHORT = (
    r'[8,5,4,"town","{\"a\":\"村\",\"prev\":\"\",\"b\":{\"prev\":\"\"}}","m",1]',
    r'[8,5,4,"","{\"prev\":\"\"}","",1],[9,5,4,"town","{\"prev\":\"\"}","",1],[10,5,4,"","{\"prev\":\"\"}","",3]',
    r'[8,5,4,"town","{\"prev\":\"\"}","m",2]',
    r'[8,5,4,"town","{\"prev\":\"\"}","m",-1]',
    r'[8,5,4,"town","{\"prev\":\"\"}","m","1"]',
    r'[8,5,4,"town","{\"before\":\"\"}","m",1]',
)
"""Changes behind another one whose `prev` was left out, rightly or not."""


def replies() -> Iterator[Case]:
    """Replies whole, torn, changed, and what a portal sends instead."""
    yield "read_reply", [REPLY]
    for old, new in CUTS.items():
        assert old in REPLY
        yield "read_reply", [REPLY.replace(old, new)]
    for behind in SHORT:
        yield "read_reply", [REPLY.replace('"{}"]]', f'"{{}}"],{behind}]')]
    for body in (REPLY[:-1], "", "<html><title>认证</title></html>", "null", "[]", "{}", REPLY + "x"):
        yield "read_reply", [body]


MARKS = [
    *[
        '"',
        "\\",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "0",
        "1",
        "9",
        "-",
        ".",
        "e",
        "u",
        "d8",
        "null",
        "true",
        "a",
        "路",
        "𠀀",
        "\\ud83d",
        "\\ude00",
    ],
    *("", " ", "\n", "\x00", "\ufeff"),
]


def mutant(text: str, chance: Chance) -> str:
    """The text with one to three small faults, such as a bad line or a careless client makes."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, len(text))
        until = min(len(text), at + chance.choice([0, 0, 1, 1, 4]))
        text = text[:at] + chance.choice(MARKS) + text[until:]
    return text


def receipts() -> Iterator[Case]:
    """Trees of every shape up to nine receipts, and what stands in their leaves."""
    placed = {"fate": "placed", "grid": "329924101201001", "place": 41, "placed_ms": 1790000000000}
    placed |= {"why": "", "about": "", "credited_ms": 5, "role": "grid_worker", "mark": "m"}
    other = {"fate": "refused", "grid": "", "place": 0, "placed_ms": 0, "why": "too_small", "about": "户数"}
    other |= {"credited_ms": 0, "role": "", "mark": "n"}
    for many in range(1, 10):
        told = [{"seq": n, "hash": f"{n:064x}", **(other if n % 3 == 2 else placed)} for n in range(1, many + 1)]
        for at in range(many):
            yield "receipt", ["d7k2m9abcd", "k3v8", told, at]


ALL = {"texts": texts, "unreadable": unreadable, "replies": replies, "receipts": receipts}
