// Rules about the TXT records of mail: DMARC, DKIM, MTA-STS and TLS reporting. Each is looked at
// only at the name that its RFC gives it, and only if the text says or shows that it is meant as
// such.
#include "zones/rule_functions.h"
#include "zones/text_scan.h"

namespace zones {

namespace {

// What is wrong with a record, or null.
using Fault = const char*;

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> words) {
    for (std::string_view word : words)
        if (same_word(word, value)) return true;
    return false;
}

bool is_number_up_to(std::string_view value, uint64_t most) {
    if (value.empty() || value.size() > 10) return false;
    uint64_t number = 0;
    for (char c : value) {
        if (!is_digit_char(c)) return false;
        number = number * 10 + static_cast<uint64_t>(c - '0');
    }
    return number <= most;
}

// A list of URIs with commas between them; `schemes` are those that the record's RFC names, none
// for any.
Fault check_uris(std::string_view value, std::initializer_list<std::string_view> schemes) {
    for (;;) {
        size_t comma = value.find(',');
        std::string_view uri = trim(value.substr(0, comma));
        size_t colon = uri.find(':');
        if (colon == std::string_view::npos || colon == 0)
            return "a report address is no URI, such as mailto:reports@example.com";
        std::string_view scheme = uri.substr(0, colon);
        if (schemes.size() > 0 && !is_one_of(scheme, schemes))
            return "a report address begins with neither mailto: nor https:";
        if (same_word(scheme, "mailto") && uri.find('@') == std::string_view::npos)
            return "a mailto: report address has no '@'";
        if (comma == std::string_view::npos) return nullptr;
        value.remove_prefix(comma + 1);
    }
}

Fault check_failure_options(std::string_view value) {
    for (;;) {
        size_t colon = value.find(':');
        if (!is_one_of(trim(value.substr(0, colon)), {"0", "1", "d", "s"}))
            return "fo is no list of 0, 1, d and s with colons between them";
        if (colon == std::string_view::npos) return nullptr;
        value.remove_prefix(colon + 1);
    }
}

// The tags of RFC 9989 and, as receivers still read them, those of RFC 7489 and RFC 9091.
Fault check_dmarc_tag(std::string_view name, std::string_view value) {
    if (is_one_of(name, {"p", "sp", "np"}) && !is_one_of(value, {"none", "quarantine", "reject"}))
        return "a policy (p, sp, np) is none of none, quarantine and reject";
    if (is_one_of(name, {"adkim", "aspf"}) && !is_one_of(value, {"r", "s"}))
        return "an alignment (adkim, aspf) is neither r nor s";
    if (same_word(name, "psd") && !is_one_of(value, {"y", "n", "u"}))
        return "psd is none of y, n, u";
    if (same_word(name, "t") && !is_one_of(value, {"y", "n"})) return "t is neither y nor n";
    if (same_word(name, "pct") && !is_number_up_to(value, 100)) return "pct is no number up to 100";
    if (same_word(name, "ri") && !is_number_up_to(value, UINT32_MAX)) return "ri is no number";
    if (same_word(name, "fo")) return check_failure_options(value);
    if (is_one_of(name, {"rua", "ruf"})) return check_uris(value, {});
    return nullptr;
}

Fault check_dmarc(std::string_view text) {
    TagWalk tags(text);
    std::string_view name, value;
    // The version comes first, and in exactly these letters (RFC 9989, RFC 7489 6.4).
    if (!tags.next(name, value) || name != "v" || value != "DMARC1")
        return "it does not begin with v=DMARC1";
    bool has_policy = false, has_report = false;
    while (tags.next(name, value)) {
        if (Fault fault = check_dmarc_tag(name, value)) return fault;
        has_policy = has_policy || same_word(name, "p");
        has_report = has_report || same_word(name, "rua");
    }
    if (tags.fault() != nullptr) return tags.fault();
    // Without p, a receiver takes "none" where reports are wanted (RFC 7489 6.6.3, RFC 9989).
    return has_policy || has_report ? nullptr : "it has no policy (p=)";
}

bool means_dmarc(std::string_view text) {
    return contains_word(text, "dmarc1");
}

// Blanks may stand anywhere within base64 (RFC 6376 3.2).
Fault check_base64(std::string_view value) {
    size_t characters = 0, padding = 0;
    for (char c : value) {
        if (is_blank(c)) continue;
        if (c == '=') {
            ++padding;
        } else if (padding > 0 || (!is_letter_or_digit(c) && c != '+' && c != '/')) {
            return "the key (p=) has a character that base64 does not have";
        }
        ++characters;
    }
    if (padding > 2 || characters % 4 != 0) return "the key (p=) is cut short";
    return nullptr;
}

size_t base64_octets(std::string_view value) {
    size_t characters = 0;
    for (char c : value)
        if (!is_blank(c) && c != '=') ++characters;
    return characters * 3 / 4;
}

Fault check_dkim(std::string_view text) {
    TagWalk tags(text);
    std::string_view name, value, key;
    bool has_key = false, is_edwards = false, is_first = true;
    for (; tags.next(name, value); is_first = false) {
        if (name == "v") {
            if (!is_first) return "the version (v=) does not stand first";
            if (value != "DKIM1") return "the version is not DKIM1";
        } else if (name == "k") {
            is_edwards = value == "ed25519";
            if (value != "rsa" && !is_edwards)
                return "the key type (k=) is neither rsa nor ed25519";
        } else if (name == "p") {
            if (has_key) return "it has two keys (p=)";
            has_key = true;
            key = value;
        }
    }
    if (tags.fault() != nullptr) return tags.fault();
    if (!has_key) return "it has no key (p=)";
    if (Fault fault = check_base64(key)) return fault;
    // An empty key is a revoked one (RFC 6376 3.6.1); RFC 8463 4.2.
    if (is_edwards && !key.empty() && base64_octets(key) != 32)
        return "the key (p=) of type ed25519 is not 32 octets long";
    return nullptr;
}

bool means_dkim(std::string_view text) {
    return begins_with(text, "v=dkim") || begins_with(text, "k=rsa") || begins_with(text, "p=") ||
           contains_word(text, "; p=") || contains_word(text, ";p=");
}

Fault check_mta_sts(std::string_view text) {
    TagWalk tags(text);
    std::string_view name, value;
    if (!tags.next(name, value) || name != "v" || value != "STSv1")
        return "it does not begin with v=STSv1";
    bool has_id = false;
    while (tags.next(name, value)) {
        if (name != "id") continue;
        has_id = true;
        if (value.empty() || value.size() > 32) return "id is not 1 to 32 letters and digits long";
        for (char c : value)
            if (!is_letter_or_digit(c)) return "id has a character other than letters and digits";
    }
    if (tags.fault() != nullptr) return tags.fault();
    return has_id ? nullptr : "it has no id";
}

bool means_mta_sts(std::string_view text) {
    return begins_with(text, "v=sts") || contains_word(text, "stsv1") || begins_with(text, "id=");
}

Fault check_tls_rpt(std::string_view text) {
    TagWalk tags(text);
    std::string_view name, value;
    if (!tags.next(name, value) || name != "v" || value != "TLSRPTv1")
        return "it does not begin with v=TLSRPTv1";
    bool has_report = false;
    while (tags.next(name, value)) {
        if (name != "rua") continue;
        has_report = true;
        if (Fault fault = check_uris(value, {"mailto", "https"})) return fault;
    }
    if (tags.fault() != nullptr) return tags.fault();
    return has_report ? nullptr : "it has no report address (rua=)";
}

bool means_tls_rpt(std::string_view text) {
    return begins_with(text, "v=tlsrpt") || contains_word(text, "tlsrptv1") ||
           begins_with(text, "rua=");
}

enum class Place : uint8_t { dmarc, dkim, mta_sts, tls_rpt };

struct Policy {
    const dns::Rule* rule;
    bool (*means)(std::string_view text);
    Fault (*check)(std::string_view text);
    Fault several;  // what more than one at a name means, or null where they may be several
};

// RFC 7489 6.6.3, RFC 6376 3.6.2.2, RFC 8461 3.1, RFC 8460 3.
constexpr Policy kPolicies[] = {
    {&rule::dmarc_syntax, means_dmarc, check_dmarc, "it is one of several, and receivers use none"},
    {&rule::dkim_syntax, means_dkim, check_dkim, "it is one of several, and receivers may use any"},
    {&rule::mta_sts_syntax, means_mta_sts, check_mta_sts,
     "it is one of several, and senders use none"},
    {&rule::tls_rpt_syntax, means_tls_rpt, check_tls_rpt,
     "it is one of several, and senders use none"},
};

bool first_label_is(dns::NameView name, std::string_view label) {
    return !name.empty() && !name.is_root() &&
           same_word({reinterpret_cast<const char*>(name.data() + 1), name.data()[0]}, label);
}

const Policy* policy_at(const Zone& zone, dns::NameView owner) {
    // The origin itself may be such a name: _dmarc.example.com as a zone of its own.
    dns::Name absolute;
    if (owner.empty()) {
        absolute = dns::Name(zone.origin());
        owner = absolute;
        if (owner.data()[0] == 0 || owner.data()[1] != '_') return nullptr;
    }
    auto policy = [](Place place) { return &kPolicies[static_cast<size_t>(place)]; };
    if (first_label_is(owner, "_dmarc")) return policy(Place::dmarc);
    if (first_label_is(owner, "_mta-sts")) return policy(Place::mta_sts);
    if (first_label_is(owner, "_smtp") && first_label_is(owner.parent(), "_tls"))
        return policy(Place::tls_rpt);
    // A selector is one label or more.
    for (dns::NameView name = owner; !name.empty() && !name.is_root(); name = name.parent())
        if (name.size() < owner.size() && first_label_is(name, "_domainkey"))
            return policy(Place::dkim);
    return nullptr;
}

bool has_underscore(dns::NameView owner) {
    for (size_t at = 0; at < owner.size(); at += owner.data()[at] + size_t{1})
        if (owner.data()[at + 1] == '_') return true;
    return owner.empty();
}

}  // namespace

void check_mail_policy(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    if (!has_underscore(visit.node.name())) return;
    const Policy* policy = policy_at(context.zone, visit.node.name());
    if (policy == nullptr) return;
    size_t index = 0, found = 0;
    for (RecordView record : rrset) {
        dns::Place place = rrset.place(index++);
        JoinedText text(record.rdata());
        if (!policy->means(text.view())) continue;
        Fault fault = policy->check(text.view());
        if (++found == 2 && fault == nullptr) fault = policy->several;
        if (fault != nullptr) report(context, *policy->rule, place, visit.node, fault);
    }
}

}  // namespace zones
