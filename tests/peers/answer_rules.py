"""The rules by which answers of other servers may differ from apex'; answers.txt says whose and why.

A rule is a function of a question and two views of its answers, ours and theirs. It looks whether
the case that it is about is there, takes the difference out of the views, and says whether it did.
What is left after all rules of a peer is a difference that nothing explains.
"""

NS, CNAME, SOA, DNAME, OPT, DS, RRSIG, NSEC, NSEC3, NXNAME = 2, 5, 6, 39, 41, 43, 46, 47, 50, 128
TKEY, TSIG, IXFR, AXFR, MAILB, MAILA, ANY = 249, 250, 251, 252, 253, 254, 255
A, TXT, AAAA = 1, 16, 28
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, YXDOMAIN, NOTAUTH, BADVERS = 0, 1, 2, 3, 4, 5, 6, 9, 16
AA, TC, RD, RA, Z, AD, CD = 0x400, 0x200, 0x100, 0x80, 0x40, 0x20, 0x10
NSID, CLIENT_SUBNET, EXTENDED_ERROR = 3, 8, 15
BITS = {AA: "aa", TC: "tc", RD: "rd", RA: "ra", Z: "z", AD: "ad", CD: "cd"}
CLASS_IN, CLASS_CHAOS, CLASS_ANY = 1, 3, 255


class View:
    """What of a reply is compared; rules change it."""

    __slots__ = ("rcode", "flags", "opcode", "question", "answer", "authority", "additional", "edns",
                 "dnssec_ok", "options", "size")

    def __init__(self, reply):
        self.rcode, self.flags, self.opcode = reply.rcode, reply.flags & 0x7f0, reply.flags >> 11 & 15
        self.question, self.size = reply.question, reply.size
        self.answer, self.authority, self.additional = map(set, reply.sections)
        self.edns, self.dnssec_ok = reply.options is not None, reply.dnssec_ok
        self.options = dict(reply.options or {})

    def empty(self):
        self.answer, self.authority, self.additional = set(), set(), set()
        self.rcode = NOERROR

    @property
    def referral(self):
        """NS in authority, alone or after a chain of aliases (then AA is the first alias')."""
        return self.rcode == NOERROR and bool(self.answer) == bool(self.flags & AA) and all(
            record[1] in (CNAME, DNAME, RRSIG) for record in self.answer) and any(
            record[1] == NS for record in self.authority)


def differences(ours, theirs):
    """The words for what differs, e.g. ["rcode", "authority"]."""
    found = [name for bit, name in BITS.items() if (ours.flags ^ theirs.flags) & bit]
    for name in ("rcode", "opcode", "question", "answer", "authority", "additional", "edns", "dnssec_ok",
                 "options"):
        if getattr(ours, name) != getattr(theirs, name):
            found.append(name)
    return found


def within(name, zone):
    """Whether a name is a zone's origin or below it; both in lower case."""
    if not name.endswith(zone):
        return False
    at = 0
    while len(name) - at > len(zone):
        at += 1 + name[at]
    return len(name) - at == len(zone)


def rrset_of(record):
    """A record's RRset, an RRSIG's being the one that it covers."""
    covered = int.from_bytes(record[4][:2], "big") if record[1] == RRSIG else record[1]
    return record[0], covered


def only(records, keep):
    return {record for record in records if keep(record)}


# ---- whole answers ------------------------------------------------------------------------------

def truncated(question, ours, theirs):
    """Both are truncated: what is left in the sections is each server's choice."""
    if not ours.flags & theirs.flags & TC:
        return False
    changed = ours.answer != theirs.answer or ours.authority != theirs.authority or \
        ours.additional != theirs.additional or ours.rcode != theirs.rcode
    for view in (ours, theirs):
        view.empty()
    return changed


def limit_of(question):
    if question.tcp:
        return 65535
    return min(1232, max(512, question.edns[0])) if question.edns else 512


def uncompressed(view):
    """The octets of a reply none of whose names are compressed."""
    return 12 + len(view.question) + (11 if view.edns else 0) + sum(
        len(record[0]) + 10 + len(record[4])
        for section in (view.answer, view.authority, view.additional) for record in section)


def not_truncated(ours, theirs):
    """Takes out all that truncation has to do with."""
    for view in (ours, theirs):
        view.empty()
        view.flags &= ~TC
    return True


def for_want_of_compression(question, short, whole):
    """Only one is truncated, and the other would not fit either if names were not compressed."""
    if not short.flags & TC or whole.flags & TC or uncompressed(whole) <= limit_of(question):
        return False
    return not_truncated(short, whole)


def compressed_less(question, ours, theirs):
    """Theirs is truncated, ours fits thanks to compression."""
    return for_want_of_compression(question, theirs, ours)


def compressed_more(question, ours, theirs):
    """Ours is truncated, theirs fits thanks to compression."""
    return for_want_of_compression(question, ours, theirs)


def as_ours(ours, theirs):
    """Takes out all that differs."""
    for name in View.__slots__:
        setattr(theirs, name, getattr(ours, name))
    return True


def unlike(condition):
    """A rule: where condition(question, ours, theirs) holds, the peer's reply is not compared."""
    def rule(question, ours, theirs):
        if not condition(question, ours, theirs):
            return False
        return as_ours(ours, theirs)
    return rule


RULES = {}


def rule(name):
    """Registers a function, or a condition's rule, under the name that answers.txt uses."""
    def register(function):
        RULES[name] = function
        return function
    return register


RULES["truncated"] = truncated
RULES["compressed-less"] = compressed_less
RULES["compressed-more"] = compressed_more

# Questions that the peer answers with an error of its own.
RULES["class-chaos-limited"] = unlike(lambda q, ours, theirs: q.rrclass == CLASS_CHAOS)
RULES["class-any-error"] = unlike(
    lambda q, ours, theirs: q.rrclass == CLASS_ANY and theirs.rcode == FORMERR)


@rule("class-any-aa")
def class_any_aa(question, ours, theirs):
    if question.rrclass != CLASS_ANY or not theirs.flags & AA or ours.flags & AA:
        return False
    theirs.flags &= ~AA
    return True


@rule("class-any-soa")
def class_any_soa(question, ours, theirs):
    """A negative answer to QCLASS ANY without its SOA."""
    if question.rrclass != CLASS_ANY or any(record[1] == SOA for record in theirs.authority):
        return False
    if ours.flags & TC and not theirs.flags & TC:
        return as_ours(ours, theirs)
    kept = only(ours.authority, lambda record: rrset_of(record)[1] != SOA)
    changed, ours.authority = kept != ours.authority, kept
    return changed


RULES["class-unknown-error"] = unlike(
    lambda q, ours, theirs: q.rrclass not in (CLASS_IN, CLASS_CHAOS, CLASS_ANY) and
    ours.rcode == REFUSED and theirs.rcode in (NOTIMP, FORMERR))
RULES["meta-type-error"] = unlike(
    lambda q, ours, theirs: (q.rrtype in (0, OPT, NXNAME) or 249 <= q.rrtype <= 254) and
    theirs.rcode in (NOTIMP, FORMERR, REFUSED))
RULES["nxname"] = unlike(
    lambda q, ours, theirs: q.rrtype == NXNAME and ours.rcode == FORMERR)
RULES["meta-type-data"] = unlike(
    lambda q, ours, theirs: q.rrtype in (0, OPT, TKEY, TSIG, MAILA, MAILB) and
    ours.rcode in (FORMERR, NOTIMP) and theirs.rcode in (NOERROR, NXDOMAIN, YXDOMAIN, REFUSED))
RULES["transfer-error"] = unlike(
    lambda q, ours, theirs: q.rrtype in (AXFR, IXFR) and ours.rcode == REFUSED and
    theirs.rcode in (NOTIMP, NOTAUTH))
RULES["chaos-other-types"] = unlike(
    lambda q, ours, theirs: q.rrclass == CLASS_CHAOS and q.rrtype != TXT and
    theirs.rcode == REFUSED and ours.rcode == NOERROR)
RULES["opcode-error"] = unlike(
    lambda q, ours, theirs: q.opcode != 0 and ours.rcode in (NOTIMP, BADVERS) and
    theirs.rcode in (NOTIMP, NOTAUTH, REFUSED, FORMERR, BADVERS) and not theirs.answer)
RULES["loop-error"] = unlike(
    lambda q, ours, theirs: theirs.rcode == SERVFAIL and ours.rcode == NOERROR and
    loops(ours.answer))
RULES["loop-truncated"] = unlike(
    lambda q, ours, theirs: theirs.flags & TC and not ours.flags & TC and loops(ours.answer))


def loops(records):
    """Whether aliases lead back to one of their own, or there are as many as a server follows."""
    aliases = {r[0]: r[4] for r in records if r[1] == CNAME}
    return len(aliases) >= 10 or any(target in aliases for target in aliases.values()) and \
        not set(aliases.values()) - set(aliases)


# ---- header and EDNS ----------------------------------------------------------------------------

@rule("extended-error")
def extended_error(question, ours, theirs):
    changed = ours.options.get(EXTENDED_ERROR) != theirs.options.get(EXTENDED_ERROR)
    for view in (ours, theirs):
        view.options.pop(EXTENDED_ERROR, None)
    return changed


@rule("client-subnet")
def client_subnet(question, ours, theirs):
    return theirs.options.pop(CLIENT_SUBNET, None) is not None


@rule("checking-disabled")
def checking_disabled(question, ours, theirs):
    changed = bool(theirs.flags & CD)
    theirs.flags &= ~CD
    return changed


@rule("authentic-data")
def authentic_data(question, ours, theirs):
    changed = bool(theirs.flags & AD)
    theirs.flags &= ~AD
    return changed


@rule("no-question-in-errors")
def no_question_in_errors(question, ours, theirs):
    if theirs.rcode not in (FORMERR, NOTIMP, REFUSED) or theirs.question or not ours.question:
        return False
    theirs.question = ours.question
    return True


@rule("chaos-aa")
def chaos_aa(question, ours, theirs):
    if question.rrclass != CLASS_CHAOS or ours.flags & AA == theirs.flags & AA:
        return False
    theirs.flags ^= AA
    return True


@rule("bad-version")
def bad_version(question, ours, theirs):
    if ours.rcode != BADVERS or theirs.rcode != BADVERS:
        return False
    changed = ours.flags != theirs.flags or ours.dnssec_ok != theirs.dnssec_ok
    theirs.flags, theirs.dnssec_ok, theirs.question = ours.flags, ours.dnssec_ok, ours.question
    return changed


# ---- answers that each server may choose --------------------------------------------------------

def sets_of(records):
    """{(owner, type): records} without the signatures."""
    found = {}
    for record in records:
        if record[1] != RRSIG:
            found.setdefault((record[0], record[1]), set()).add(record)
    return found


@rule("any-one-rrset")
def any_one_rrset(question, ours, theirs):
    """ANY: each of our RRsets, whole, is one of theirs; what proves a wildcard is compared."""
    if question.rrtype not in (ANY, RRSIG):
        return False
    if theirs.flags & TC and not ours.flags & TC or ours.flags & TC and theirs.answer:
        return as_ours(ours, theirs)
    chosen = {rrset_of(record) for record in ours.answer} if question.rrtype == ANY else None
    if chosen is None:
        if not ours.answer or not ours.answer <= theirs.answer:
            return False
        changed = ours.answer != theirs.answer
        theirs.answer = set(ours.answer)
        return changed
    other_sets = sets_of(theirs.answer)
    if chosen and theirs.answer and len(other_sets) < 2 and chosen.isdisjoint(other_sets):
        theirs.answer, theirs.authority = set(ours.answer), set(ours.authority)
        return True
    signed = any(record[1] == RRSIG for record in ours.answer)
    kept = only(theirs.answer, lambda record: rrset_of(record) in chosen and
                (signed or record[1] != RRSIG))
    changed, theirs.answer = kept != theirs.answer, kept
    return changed


@rule("authority-ns")
def authority_ns(question, ours, theirs):
    """The zone's NS RRset with a positive answer."""
    if not theirs.answer or not theirs.flags & AA or theirs.rcode != NOERROR:
        return False
    kept = only(theirs.authority, lambda record: rrset_of(record)[1] != NS)
    changed, theirs.authority = kept != theirs.authority, kept
    return changed


def bare_signatures(ours, theirs):
    """RRsets that both have in the additional section, but one without signatures, lose them."""
    signed = [{rrset_of(r) for r in view.additional if r[1] == RRSIG} for view in (ours, theirs)]
    odd = signed[0] ^ signed[1]
    for view in (ours, theirs):
        view.additional = only(view.additional, lambda r: r[1] != RRSIG or rrset_of(r) not in odd)
    return bool(odd)


@rule("additional-data")
def additional_data(question, ours, theirs):
    """Additional RRsets that one side does not have; not glue inside the domain of a referral."""
    changed = bare_signatures(ours, theirs)
    cuts = [record[0] for record in ours.authority if record[1] == NS] if ours.referral else []
    cut = cuts[0] if cuts else None
    has_ours, has_theirs = ({rrset_of(r) for r in view.additional} for view in (ours, theirs))
    for view, other in ((ours, has_theirs), (theirs, has_ours)):
        kept = only(view.additional, lambda r, other=other: rrset_of(r) in other or
                    (cut is not None and within(r[0], cut) and r[1] in (A, AAAA)))
        changed, view.additional = changed or kept != view.additional, kept
    return changed


@rule("chain-leaves-zone")
def chain_leaves_zone(question, ours, theirs):
    """What the peer found in another zone of its own."""
    if not question.zone or not any(record[1] in (CNAME, DNAME) for record in theirs.answer):
        return False
    inside = question.inside
    kept = only(theirs.answer, lambda record: inside(record[0]))
    left = kept != theirs.answer or any(not inside(record[0]) for record in theirs.authority) or (
        theirs.rcode == NXDOMAIN and any(record[1] == CNAME and not inside(record[4]) for record in kept))
    if not left:
        return False
    theirs.answer = kept
    theirs.authority = only(theirs.authority, lambda record: inside(record[0]))
    if any(record[1] == NS for record in ours.authority):  # the cut between the zones
        theirs.authority = set(ours.authority)
    theirs.additional, theirs.rcode = set(ours.additional), NOERROR
    return True


RULES["no-cut-to-zone"] = unlike(
    lambda q, ours, theirs: ours.rcode == NOERROR and theirs.rcode == NXDOMAIN and not ours.authority and
    ours.answer == theirs.answer and any(
        not q.inside(r[4]) and q.zone_of(r[4]) for r in ours.answer if r[1] == CNAME))
RULES["any-through-dname"] = unlike(
    lambda q, ours, theirs: q.rrtype == ANY and any(r[1] == DNAME for r in ours.answer) and
    ours.answer <= theirs.answer and ours.rcode == NOERROR and not ours.authority)


@rule("referral-after-chain")
def referral_after_chain(question, ours, theirs):
    """An alias that leads below a cut: ours adds the referral that answers for the last name."""
    cuts = {record[0] for record in ours.authority if record[1] == NS}
    if not ours.answer or not cuts or theirs.authority or ours.answer != theirs.answer:
        return False
    theirs.authority, theirs.additional = set(ours.authority), set(ours.additional)
    return True


@rule("too-long")
def too_long(question, ours, theirs):
    """YXDOMAIN of a name that DNAME makes too long; the peer says NXDOMAIN, or goes on."""
    if ours.rcode != YXDOMAIN or theirs.rcode not in (NXDOMAIN, YXDOMAIN) or not ours.answer <= theirs.answer:
        return False
    return as_ours(ours, theirs)


def loops_or_grows(records):
    """Whether a chain ends at a name that the same DNAME would make longer still."""
    ends = {r[4] for r in records if r[1] == CNAME} - {r[0] for r in records if r[1] == CNAME}
    return any(within(end, r[0]) for end in ends for r in records if r[1] == DNAME)


@rule("chain-shorter")
def chain_shorter(question, ours, theirs):
    """The peer follows fewer aliases: what it has is the beginning of ours."""
    if not theirs.flags & TC and loops_or_grows(theirs.answer) and (
            ours.flags & TC or theirs.answer < ours.answer):
        return as_ours(ours, theirs)
    aliases = sum(record[1] == CNAME for record in theirs.answer)
    if aliases < 5 or not theirs.answer < ours.answer:
        return False
    theirs.answer, theirs.authority, theirs.rcode = set(ours.answer), set(ours.authority), ours.rcode
    theirs.additional = set(ours.additional)
    return True


# ---- glue ---------------------------------------------------------------------------------------

@rule("glue-without-tc")
def glue_without_tc(question, ours, theirs):
    """A referral whose glue inside the domain does not fit: ours is truncated, theirs is not."""
    if not ours.referral or not theirs.referral or ours.authority != theirs.authority or \
            not ours.flags & TC or theirs.flags & TC:
        return False
    ours.flags &= ~TC
    ours.additional, theirs.additional = set(), set()
    return True


@rule("address-with-tc")
def address_with_tc(question, ours, theirs):
    """A referral that is truncated for an address that is not needed."""
    if not theirs.flags & TC or ours.flags & TC or not ours.referral or theirs.answer != ours.answer or \
            not theirs.authority <= ours.authority or not theirs.additional <= ours.additional:
        return False
    return as_ours(ours, theirs)


@rule("glue-left-out")
def glue_left_out(question, ours, theirs):
    """A referral whose glue fits into ours, with room that the peer has used for something else."""
    if not ours.referral or not theirs.referral or ours.flags & TC:
        return False
    cut = next(record[0] for record in ours.authority if record[1] == NS)
    missing = only(ours.additional - theirs.additional, lambda r: within(r[0], cut) and r[1] in (A, AAAA))
    room = sum(12 + len(record[4]) for record in missing)
    if not missing or theirs.size + room <= limit_of(question) and uncompressed(ours) <= limit_of(question):
        return False
    theirs.additional = set(ours.additional)
    return True


@rule("ds-without-cut")
def ds_without_cut(question, ours, theirs):
    """DS of a served zone to which no cut of a served parent leads: no data from the zone itself."""
    if question.rrtype != DS or ours.rcode != NOERROR or theirs.rcode not in (NOERROR, NXDOMAIN) or \
            ours.answer or theirs.answer or {r[0] for r in ours.authority if r[1] == SOA} != {question.name}:
        return False
    theirs.rcode, theirs.authority = NOERROR, set(ours.authority)
    return True


@rule("ds-after-chain")
def ds_after_chain(question, ours, theirs):
    """DS of a zone that an alias leads to: the parent's to answer, or no data from the zone itself."""
    targets = {record[4] for record in ours.answer if record[1] == CNAME} & question.origins
    owners = {record[0] for record in theirs.authority if record[1] == SOA}
    if question.rrtype != DS or ours.authority or not owners or owners - targets:
        return False
    theirs.authority = set()
    return True


# ---- proofs -------------------------------------------------------------------------------------

def proof(records):
    return only(records, lambda record: rrset_of(record)[1] in (NSEC, NSEC3))


@rule("proof-larger")
def proof_larger(question, ours, theirs):
    """Theirs has all that ours proves, and more."""
    mine, other = proof(ours.authority), proof(theirs.authority)
    if not mine < other or not mine:
        return False
    theirs.authority -= other - mine
    return True


@rule("wildcard-source-unproved")
def wildcard_source_unproved(question, ours, theirs):
    """No data at a wildcard that is an empty non-terminal: ours proves that it has no types."""
    mine, other = proof(ours.authority), proof(theirs.authority)
    if not other < mine or any(record[1] == NSEC3 for record in mine) or ours.rcode != NOERROR:
        return False
    theirs.authority |= mine
    return True


@rule("wildcard-source-truncated")
def wildcard_source_truncated(question, ours, theirs):
    """The same, where that does not fit."""
    if not ours.flags & TC or theirs.flags & TC or theirs.rcode != NOERROR or \
            not any(record[1] == NSEC for record in theirs.authority) or \
            theirs.size + 170 < limit_of(question):
        return False
    return as_ours(ours, theirs)


@rule("proof-larger-truncated")
def proof_larger_truncated(question, ours, theirs):
    """What the peer proves besides does not fit any more."""
    if not theirs.flags & TC or ours.flags & TC or not proof(ours.authority) or \
            ours.size + 450 < limit_of(question):
        return False
    return not_truncated(ours, theirs)


@rule("opt-out-proof")
def opt_out_proof(question, ours, theirs):
    """An empty non-terminal that only insecure delegations make has no NSEC3 record."""
    mine, other = proof(ours.authority), proof(theirs.authority)
    if mine == other or not any(r[1] == NSEC3 and r[4][1] & 1 for r in mine):
        return False
    if theirs.flags & TC and not ours.flags & TC and ours.size + 250 > limit_of(question):
        return as_ours(ours, theirs)
    theirs.authority = theirs.authority - other | mine
    return True


RULES["proof-smaller"] = unlike(
    lambda q, ours, theirs: ours.rcode == theirs.rcode and ours.answer == theirs.answer and
    not (ours.flags ^ theirs.flags) & TC and
    (proof(theirs.authority) < proof(ours.authority) and any(r[1] == NSEC3 for r in theirs.authority) or
     proof(theirs.authority) != proof(ours.authority) and any(r[1] == DNAME for r in ours.answer)))


@rule("proof-smaller-truncated")
def proof_smaller_truncated(question, ours, theirs):
    """The same, where all that ours proves does not fit."""
    parts = sum(record[1] in (NSEC, NSEC3) for record in theirs.authority)
    if not ours.flags & TC or theirs.flags & TC or not 0 < parts < 3 or \
            theirs.size + 220 * (3 - parts) <= limit_of(question):
        return False
    return as_ours(ours, theirs)


RULES["no-proof-no-answer"] = unlike(
    lambda q, ours, theirs: q.dnssec_ok and ours.rcode == theirs.rcode == NXDOMAIN and
    not theirs.flags & AA and not theirs.answer and not theirs.authority)
RULES["asterisk-asked"] = unlike(
    lambda q, ours, theirs: q.name.startswith(b"\1*") and ours.rcode == theirs.rcode and
    (ours.rcode == NOERROR or ours.rcode == NXDOMAIN and ours.answer) and
    (proof(theirs.authority) < proof(ours.authority) or ours.flags & TC))
RULES["nsec-at-cut"] = unlike(
    lambda q, ours, theirs: q.rrtype == NSEC and ours.referral and theirs.flags & AA and
    {r[1] for r in theirs.answer} <= {NSEC, RRSIG})


@rule("nsec-at-alias")
def nsec_at_alias(question, ours, theirs):
    """NSEC or NSEC3 of an alias that has none: followed by apex, taken as no data by the peer."""
    if question.rrtype in (NSEC, NSEC3) and ours.flags & TC and not theirs.flags & TC and \
            not theirs.answer and theirs.rcode == NOERROR:
        return as_ours(ours, theirs)
    if question.rrtype not in (NSEC, NSEC3, RRSIG) or not theirs.answer < ours.answer or \
            theirs.rcode != NOERROR or any(r[1] not in (CNAME, DNAME, RRSIG) for r in theirs.answer):
        return False
    return as_ours(ours, theirs)


@rule("soa-left-out")
def soa_left_out(question, ours, theirs):
    """A negative answer without its SOA, after a chain that leaves little room."""
    if ours.flags & TC and not theirs.flags & TC and theirs.answer and not theirs.authority and \
            theirs.size > 0.6 * limit_of(question):
        return as_ours(ours, theirs)
    if ours.flags & TC or theirs.authority or not any(r[1] == SOA for r in ours.authority) or \
            not theirs.answer or theirs.size < 0.6 * limit_of(question):
        return False
    theirs.authority = set(ours.authority)
    return True
