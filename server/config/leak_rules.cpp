#include "server/config/leak_rules.h"

namespace server {

using dns::Rule;
using dns::Severity;

namespace leak_rule {

const Rule address_leaks{
    "address-leaks",
    Severity::warning,
    false,
    "RFC 6303 4",
    "'{}' has the address {}, which is {}, in view '{}', which answers public clients",
    "serve it to those who can reach it: a [[view]] with their networks as 'clients'"};
const Rule glue_leaks{
    "glue-leaks",
    Severity::warning,
    false,
    "RFC 6303 4",
    "the name server '{}' below a delegation has the address {}, which is {}, in view '{}', which "
    "answers public clients",
    "nobody outside can reach the delegated zone there: give it a public address, or serve the "
    "delegation in a [[view]] of its own"};
const Rule name_in_one_view{"name-in-one-view",
                            Severity::off,
                            false,
                            "-",
                            "'{}' exists in view '{}' alone",
                            "apex views shows all that differs"};
const Rule signing_differs{
    "signing-differs",
    Severity::warning,
    false,
    "RFC 4035 5.2",
    "zone '{}' is signed in view '{}' and not in view '{}', and zone '{}' has a DS for it",
    "whoever validates takes no unsigned answer: sign it in all views"};
const Rule keys_differ{
    "keys-differ",
    Severity::warning,
    false,
    "RFC 4035 5.2",
    "zone '{}' has other keys in view '{}' than in view '{}', and zone '{}' has a DS for it",
    "whoever validates and comes by both views, takes answers of one for forged: sign it with the "
    "same keys, or have a DS for the keys of both"};

}  // namespace leak_rule

std::span<const dns::Rule* const> leak_rules() {
    static constexpr const dns::Rule* kRules[] = {
        &leak_rule::address_leaks, &leak_rule::glue_leaks, &leak_rule::name_in_one_view,
        &leak_rule::signing_differs, &leak_rule::keys_differ};
    return kRules;
}

}  // namespace server
