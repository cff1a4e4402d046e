#include "server/answer/trace.h"

namespace server {

namespace {

// In the order of StepKind. Left out is what a client might look for: the sentences name it first.
constexpr StepRow kRows[] = {
    {StepKind::unreadable, Stage::request, "unreadable", "RFC 1035 4.1",
     "the request cannot be read: FORMERR"},
    {StepKind::opcode_not_served, Stage::request, "opcode-not-served", "RFC 1035 4.1.1",
     "opcode {number} is not served: NOTIMP"},
    {StepKind::bad_version, Stage::request, "bad-version", "RFC 6891 6.1.3",
     "the request's EDNS version is above 0: BADVERS"},
    {StepKind::no_question, Stage::request, "no-question", "RFC 7873 5.4",
     "there is no question, only a cookie: a cookie is the answer"},
    {StepKind::class_not_served, Stage::request, "class-not-served", "RFC 1035 3.2.4",
     "class {number} is not served: REFUSED"},
    {StepKind::chaos, Stage::request, "chaos", "RFC 4892",
     "{name} in class CHAOS is about the server itself, not about a zone"},
    {StepKind::meta_type, Stage::request, "meta-type", "RFC 8906 3.1",
     "{type} asks for no records of a zone"},
    {StepKind::signed_well, Stage::request, "signed-well", "RFC 8945 5.2",
     "the request is signed with the key {name}, and so is the answer"},
    {StepKind::signature_unreadable, Stage::request, "signature-unreadable", "RFC 8945 5.2",
     "the request's TSIG is not well formed, or its MAC has no length that could be: FORMERR"},
    {StepKind::bad_key, Stage::request, "bad-key", "RFC 8945 5.2.1",
     "the request is signed with {name}, which is no key of this server, or one for another "
     "algorithm: NOTAUTH, BADKEY"},
    {StepKind::bad_signature, Stage::request, "bad-signature", "RFC 8945 5.2.2",
     "the request was not signed with the secret of {name}, or changed on its way: NOTAUTH, "
     "BADSIG"},
    {StepKind::bad_time, Stage::request, "bad-time", "RFC 8945 5.2.3",
     "the request was signed with {name} {number} seconds before or after this server's time, "
     "more than its fudge: NOTAUTH, BADTIME"},
    {StepKind::bad_truncation, Stage::request, "bad-truncation", "RFC 8945 5.2.4",
     "the request's MAC has {number} octets, fewer than {name} wants: NOTAUTH, BADTRUNC"},
    {StepKind::view_chosen, Stage::view, "view-chosen", "", "{view} answers this client"},
    {StepKind::view_passed_over, Stage::view, "view-passed-over", "",
     "{view} is not for this client"},
    {StepKind::no_view, Stage::view, "no-view", "", "no view is for this client: REFUSED"},
    {StepKind::zone_chosen, Stage::zone, "zone-chosen", "RFC 1034 4.3.2",
     "{zone} is the nearest zone at or above {name}"},
    {StepKind::parent_for_ds, Stage::zone, "parent-for-ds", "RFC 4035 3.1.4.1",
     "{zone} holds the zone cut at {name}: DS is the parent's to tell, not the child's"},
    {StepKind::no_zone, Stage::zone, "no-zone", "RFC 8914 4.21",
     "no zone here is at or above {name}: REFUSED"},
    {StepKind::zone_not_loaded, Stage::zone, "zone-not-loaded", "RFC 8914 4.15",
     "{zone} is not loaded: SERVFAIL"},
    {StepKind::query_denied, Stage::zone, "query-denied", "RFC 8914 4.19",
     "this client may not ask {zone}: REFUSED"},
    {StepKind::name_found, Stage::search, "name-found", "RFC 1034 4.3.2", "{name} exists"},
    {StepKind::closest_encloser, Stage::search, "closest-encloser", "RFC 4592 3.3.1",
     "the name does not exist: its closest encloser is {name}"},
    {StepKind::empty_non_terminal, Stage::search, "empty-non-terminal", "RFC 4592 2.2.2",
     "{name} exists because names below it do, but holds no records"},
    {StepKind::cut_found, Stage::search, "cut-found", "RFC 1034 4.3.2",
     "{name} is a zone cut: another zone begins there"},
    {StepKind::redirect_found, Stage::search, "redirect-found", "RFC 6672 3.2",
     "{name} has a DNAME: all names below it are redirected"},
    {StepKind::wildcard_absent, Stage::search, "wildcard-absent", "RFC 4592 3.3.1",
     "the wildcard {name} was tried: there is none"},
    {StepKind::wildcard_taken, Stage::search, "wildcard-taken", "RFC 4592 3.3.1",
     "the wildcard {name} stands for the name"},
    {StepKind::alias_followed, Stage::search, "alias-followed", "RFC 1034 3.6.2",
     "the alias leads to {name}, in zone {zone}"},
    {StepKind::alias_leaves_zone, Stage::search, "alias-leaves-zone", "RFC 1034 4.3.2",
     "the alias leads to {name}, outside of {zone}: it is not followed"},
    {StepKind::alias_loops, Stage::search, "alias-loops", "RFC 1034 3.6.2",
     "the alias leads back to {name}: what was collected is the answer"},
    {StepKind::alias_limit, Stage::search, "alias-limit", "RFC 1034 3.6.2",
     "the alias leads to {name}, but {number} were followed: what was collected is the answer"},
    {StepKind::alias_not_followed, Stage::search, "alias-not-followed", "RFC 1034 3.6.2",
     "{type} is asked for: {name}, where the alias leads, is not looked up"},
    {StepKind::redirect_too_long, Stage::search, "redirect-too-long", "RFC 6672 2.2",
     "the name that the DNAME makes of {name} is too long: YXDOMAIN"},
    {StepKind::answer, Stage::search, "answer", "RFC 1034 4.3.2",
     "{name} has {type} records: {number}"},
    {StepKind::no_data, Stage::search, "no-data", "RFC 2308 2.2",
     "{name} has no {type} records: no data"},
    {StepKind::no_name, Stage::search, "no-name", "RFC 2308 2.1",
     "{name} does not exist: NXDOMAIN"},
    {StepKind::referral, Stage::search, "referral", "RFC 1034 4.3.2",
     "{zone} refers to the servers of {name}"},
    {StepKind::one_of_many, Stage::search, "one-of-many", "RFC 8482 4.1",
     "{type} is answered with one RRset of {name}"},
    {StepKind::target_outside, Stage::left_out, "target-outside", "RFC 1034 4.3.2",
     "addresses of {name}: it lies outside of {zone}"},
    {StepKind::target_absent, Stage::left_out, "target-absent", "RFC 1034 4.3.2",
     "addresses of {name}: no such name in {zone}"},
    {StepKind::target_without_addresses, Stage::left_out, "target-without-addresses",
     "RFC 1034 4.3.2", "addresses of {name}: it has none"},
    {StepKind::target_limit, Stage::left_out, "target-limit", "",
     "records for more than {number} targets"},
    {StepKind::proof_name, Stage::proof, "proof-name", "RFC 4035 3.1.3.2|RFC 5155 7.2.2",
     "the {type} covers {name}: there is no such name"},
    {StepKind::proof_wildcard, Stage::proof, "proof-wildcard", "RFC 4035 3.1.3.2|RFC 5155 7.2.2",
     "the {type} covers {name}: no wildcard stands for the name"},
    {StepKind::proof_no_data, Stage::proof, "proof-no-data", "RFC 4035 3.1.3.1|RFC 5155 7.2.3",
     "the {type} tells all types that {name} has"},
    {StepKind::proof_encloser, Stage::proof, "proof-encloser", "RFC 5155 7.2.1",
     "the {type} matches {name}: it exists"},
    {StepKind::proof_opt_out, Stage::proof, "proof-opt-out", "RFC 5155 7.2.4",
     "the {type} covers {name}, and opts out: there may be an unsigned delegation"},
    {StepKind::proof_missing, Stage::proof, "proof-missing", "RFC 4035 3.1.3|RFC 5155 7.2",
     "the zone has no {type} for {name}: nothing proves this answer"},
    {StepKind::left_out, Stage::left_out, "left-out", "RFC 9471 3",
     "{type} of {name}: no room in {number} octets"},
    {StepKind::truncated, Stage::left_out, "truncated", "RFC 2181 9",
     "not everything fits into {number} octets: TC tells the client to ask over TCP"},
};
static_assert(sizeof kRows / sizeof kRows[0] == static_cast<size_t>(StepKind::kCount));

constexpr bool in_order() {
    for (size_t i = 0; i < static_cast<size_t>(StepKind::kCount); ++i)
        if (kRows[i].kind != static_cast<StepKind>(i)) return false;
    return true;
}
static_assert(in_order());

}  // namespace

const StepRow& step_row(StepKind kind) {
    return kRows[static_cast<size_t>(kind)];
}

}  // namespace server
