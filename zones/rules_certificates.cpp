// Rules about who may issue certificates, and about fingerprints of keys.
#include "zones/rule_functions.h"
#include "zones/text_scan.h"

namespace zones {

namespace {

// What is wrong with a value, or null.
using ValueCheck = const char* (*)(std::string_view value);

// label *("." label), where a label neither begins nor ends with a hyphen (RFC 8659 4.2).
bool is_issuer_name(std::string_view text) {
    for (;;) {
        size_t dot = text.find('.');
        std::string_view label = text.substr(0, dot);
        if (label.empty() || label.front() == '-' || label.back() == '-') return false;
        for (char c : label)
            if (!is_letter_or_digit(c) && c != '-') return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_parameter_tag(std::string_view tag) {
    if (tag.empty() || tag.front() == '-' || tag.back() == '-') return false;
    for (char c : tag)
        if (!is_letter_or_digit(c) && c != '-') return false;
    return true;
}

bool is_method_list(std::string_view value) {
    for (;;) {
        size_t comma = value.find(',');
        std::string_view method = value.substr(0, comma);
        if (method.empty()) return false;
        for (char c : method)
            if (!is_letter_or_digit(c) && c != '-' && c != '_') return false;
        if (comma == std::string_view::npos) return true;
        value.remove_prefix(comma + 1);
    }
}

const char* check_parameter(std::string_view parameter) {
    size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) return "a parameter has no '='";
    std::string_view tag = trim(parameter.substr(0, equals));
    std::string_view value = trim(parameter.substr(equals + 1));
    if (!is_parameter_tag(tag))
        return "the name of a parameter has a character that it cannot have";
    for (char c : value)
        if (c < 0x21 || c > 0x7e)
            return "the value of a parameter has a blank or an octet that is "
                   "no printable character";
    // RFC 8657 3 and 4.
    if (same_word(tag, "accounturi") && value.find(':') == std::string_view::npos)
        return "accounturi is no URI";
    if (same_word(tag, "validationmethods") && !is_method_list(value))
        return "validationmethods is no list of methods with commas between them";
    return nullptr;
}

// [issuer] [";" parameters]
const char* check_issue(std::string_view value) {
    size_t semicolon = value.find(';');
    std::string_view issuer = trim(value.substr(0, semicolon));
    if (!issuer.empty() && !is_issuer_name(issuer)) return "the issuer is no domain name";
    if (semicolon == std::string_view::npos) return nullptr;
    std::string_view rest = value.substr(semicolon + 1);
    while (!trim(rest).empty()) {
        size_t end = rest.find(';');
        if (const char* fault = check_parameter(trim(rest.substr(0, end)))) return fault;
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    return nullptr;
}

const char* check_incident_url(std::string_view value) {
    if (begins_with(value, "mailto:")) {
        if (value.find('@') == std::string_view::npos) return "the mailto URL has no '@'";
        return nullptr;
    }
    if (begins_with(value, "http://") || begins_with(value, "https://")) return nullptr;
    return "it is no URL that begins with mailto:, http: or https:";
}

const char* check_contact_email(std::string_view value) {
    size_t at = value.find('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == value.size() || value.find(':') < at)
        return "it is no e-mail address";
    return nullptr;
}

const char* check_contact_phone(std::string_view value) {
    bool has_digit = false;
    for (char c : value) has_digit = has_digit || (c >= '0' && c <= '9');
    return has_digit ? nullptr : "it is no telephone number";
}

struct CaaTag {
    std::string_view name;
    ValueCheck check;
};

// The registry "Certification Authority Restriction Properties".
constexpr CaaTag kCaaTags[] = {
    {"issue", check_issue},
    {"issuewild", check_issue},
    {"iodef", check_incident_url},
    {"issuemail", check_issue},  // RFC 9495
    {"issuevmc", check_issue},
    {"contactemail", check_contact_email},
    {"contactphone", check_contact_phone},
};

}  // namespace

void check_caa(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    size_t index = 0;
    for (RecordView record : rrset) {
        dns::Place place = rrset.place(index++);
        dns::Octets rdata = record.rdata();
        if (rdata.size() < 2 || rdata.size() < size_t{2} + rdata[1]) continue;
        std::string_view tag = as_text(rdata.subspan(2, rdata[1]));
        std::string_view value = as_text(rdata.subspan(2 + tag.size()));
        const CaaTag* known = nullptr;
        for (const CaaTag& row : kCaaTags)
            if (same_word(row.name, tag)) known = &row;
        if (known == nullptr)
            report(context, rule::caa_unknown_tag, place, tag, visit.node);
        else if (const char* fault = known->check(value))
            report(context, rule::caa_value, place, tag, visit.node, fault);
    }
}

void check_tlsa(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    size_t index = 0;
    for (RecordView record : rrset) {
        dns::Place place = rrset.place(index++);
        dns::Octets rdata = record.rdata();
        if (rdata.size() < 3) continue;
        // RFC 6698 2.1.3; 0 is the certificate or key itself.
        size_t octets = rdata[2] == 1 ? 32 : rdata[2] == 2 ? 64 : 0;
        size_t found = rdata.size() - 3;
        if (octets == 0 || found == octets) continue;
        report(context, rule::tlsa_length, place, TypeWord{rrset.type()}, visit.node,
               static_cast<uint32_t>(found), uint32_t{rdata[2]}, static_cast<uint32_t>(octets));
    }
}

void check_sshfp(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    size_t index = 0;
    for (RecordView record : rrset) {
        dns::Place place = rrset.place(index++);
        dns::Octets rdata = record.rdata();
        if (rdata.size() < 2) continue;
        // RFC 4255 3.1.2, RFC 6594 4.1.
        size_t octets = rdata[1] == 1 ? 20 : rdata[1] == 2 ? 32 : 0;
        size_t found = rdata.size() - 2;
        if (octets == 0 || found == octets) continue;
        report(context, rule::sshfp_length, place, visit.node, static_cast<uint32_t>(found),
               uint32_t{rdata[1]}, static_cast<uint32_t>(octets));
    }
}

}  // namespace zones
