"""The events that the server can log, as its code has them and as apex-serve(1) lists them.

An event's name stands in a call beside its level, log.event(LogLevel::info, "serving", ...), with
helpers as tell(LogLevel::error, "key-kept", ...), or in a line that is put together by hand,
line.add("event", "query"). It may stand on another line than the level, and each of the two may be
a conditional expression.
"""

import os
import re

import documents

PAGE = "man/apex-serve.1"
TOKEN = re.compile(r"""(?P<comment> //[^\n]* | /\*.*?\*/ )
                     | (?P<raw> \bR"(?P<mark>[^\s()\\]*)\( .*? \)(?P=mark)" )
                     | (?P<text> "(?:\\.|[^"\\\n])*" )
                     | (?P<number> \b\d[\w'.]* )
                     | (?P<character> '(?:\\.|[^'\\\n])+' )
                     | (?P<word> [A-Za-z_]\w* )
                     | (?P<space> \s+ )
                     | (?P<sign> :: | -> | . )""", re.VERBOSE | re.DOTALL)
EVENT_NAME = re.compile(r'"([a-z]+(?:-[a-z]+)*)"')
BRACKETS = {"(": ")", "[": "]", "{": "}"}


def tokens_of(code):
    """Words, texts and signs, without comments."""
    return [found[0] for found in TOKEN.finditer(code)
            if found.lastgroup not in ("comment", "space")]


def arguments_at(tokens, at):
    """The lists of tokens between the commas of what opens at that parenthesis."""
    arguments, open_brackets = [[]], []
    for token in tokens[at + 1:]:
        if not open_brackets and token == ")":
            break
        if not open_brackets and token == ",":
            arguments.append([])
            continue
        if token in BRACKETS:
            open_brackets.append(BRACKETS[token])
        elif open_brackets and token == open_brackets[-1]:
            open_brackets.pop()
        arguments[-1].append(token)
    return arguments


def names_in(argument):
    """Of each branch of a conditional expression, the name that it gives."""
    while argument[:1] == ["("] and argument[-1:] == [")"]:
        argument = argument[1:-1]
    if "?" in argument:
        argument = argument[argument.index("?") + 1:]
    return [found[1] for found in map(EVENT_NAME.fullmatch, argument) if found]


def events_of_text(code):
    """The names in C++ text, and the calls of event() whose names cannot be read off."""
    tokens, names, unclear = tokens_of(code), [], []
    for at, token in enumerate(tokens):
        if token != "(" or at < 2:
            continue
        arguments = arguments_at(tokens, at)
        if len(arguments) < 2:
            continue
        level, name = arguments[:2]
        is_call = tokens[at - 1] == "event" and tokens[at - 2] in (".", "->")
        is_line = tokens[at - 1] == "add" and level == ['"event"']
        # A helper hands on what it was called with: its callers name level and event.
        hands_on = level == ["level"] and name == ["event"]
        # Not a parameter, `LogLevel level`.
        has_level = level[:2] == ["LogLevel", "::"] or "LogLevel" in level[1:-1]
        if not (is_call or is_line or has_level):
            continue
        found = names_in(name)
        names += found
        if is_call and not found and not hands_on:
            unclear.append("".join(tokens[at - 1:at + 1] + level + [", "] + name))
    return names, unclear


def events_of_code(root):
    """The place of each event in the sources of the server, and what cannot be read."""
    places, unclear = {}, []
    for folder, _, files in sorted(os.walk(os.path.join(root, "server"))):
        for name in sorted(files):
            if not name.endswith((".cpp", ".h")):
                continue
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as file:
                names, odd = events_of_text(file.read())
            here = os.path.relpath(path, root)
            for event in names:
                places.setdefault(event, here)
            unclear += [here + ": " + call for call in odd]
    return places, unclear


def events_of_page(text):
    """The names that the subsection "Events" lists, in their order."""
    section = re.search(r"^\.SS Events\n(.*?)(?=^\.S[SH] )", text, re.M | re.S)
    rows = re.findall(r"^\.TP\n\.B (.*)$", section[1], re.M) if section else []
    return [documents.from_roff(row) for row in rows]


def differences(root):
    """A sentence for each event that one of the two does not know."""
    places, unclear = events_of_code(root)
    with open(os.path.join(root, PAGE), encoding="utf-8") as file:
        listed = events_of_page(file.read())
    told = ["%s: which event it logs cannot be read" % call for call in unclear]
    told += ["%s: does not list '%s' (%s)" % (PAGE, event, places[event])
             for event in sorted(set(places) - set(listed))]
    told += ["%s: lists '%s', which nothing logs" % (PAGE, event)
             for event in sorted(set(listed) - set(places))]
    told += ["%s: lists '%s' twice" % (PAGE, event)
             for event in sorted(set(listed)) if listed.count(event) > 1]
    return told


def case_the_manual_lists_every_event(folder):
    told = differences(documents.ROOT)
    if told:
        raise AssertionError("\n".join(told))


def case_events_are_found_however_they_are_written(folder):
    code = r'''
    // log.event(LogLevel::info, "in-comment", "");
    const char* text = "log.event(LogLevel::info, \"in-text\", {})";
    const auto raw = R"x(log.event(LogLevel::info, "in-raw"))x";
    log.event(LogLevel::info, "plain", text, {{"zone", name}, {"view", view}});
    events->event(
        bad ? LogLevel::error
            : LogLevel::warning,  // a comment, with a comma
        "on-another-line", make(10'000, ',', "no-name"), {});
    log_.event(LogLevel::info, (state == "no-state" ? "one-branch" : "other-branch"), "");
    log_.event(level, "level-by-variable", "no-sentence", {});
    if (broken(a, "b")) tell(LogLevel::error, "by-helper", "no-sentence" + more("c", "d"));
    tell_of(static_cast<LogLevel>(number), "by-number", "");
    line.add("level", "warning").add("event", "by-hand").add("reason", "no-reason");
    void LiveZone::tell(LogLevel level, const char* event) const { log.event(level, event, {}); }
    sink.set_level(static_cast<LogLevel>(number));
    '''
    names, unclear = events_of_text(code)
    wanted = ["plain", "on-another-line", "one-branch", "other-branch", "level-by-variable",
              "by-helper", "by-number", "by-hand"]
    if names != wanted or unclear:
        raise AssertionError("%s, %s" % (names, unclear))
    names, unclear = events_of_text('log.event(LogLevel::info, name_of(kind), "");')
    if names or len(unclear) != 1:
        raise AssertionError("%s, %s" % (names, unclear))
