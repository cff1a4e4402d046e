// How what is wrong with an entry is told: the rule, the words of its sentence, the place.
#include <algorithm>
#include <cstring>

#include "dns/rr_types.h"
#include "zoneparser/entries.h"
#include "zoneparser/rules_table.h"

namespace zoneparser {

namespace {

const dns::Rule& rule_of(LexicalFault fault) {
    switch (fault) {
        case LexicalFault::unclosed_quote:
            return kUnclosedQuote;
        case LexicalFault::newline_in_quotes:
            return kNewlineInQuotes;
        case LexicalFault::unclosed_parenthesis:
            return kUnclosedParenthesis;
        case LexicalFault::nul_octet:
            return kNulOctet;
        case LexicalFault::too_many_tokens:
            return kEntryTooLong;
        default:
            return kUnexpectedParenthesis;
    }
}

// "exchange" -> "an exchange"; labels that are plural stand by themselves.
std::string with_article(const char* label) {
    std::string_view word = label;
    if (word.empty()) return "data";
    bool plural = word.back() == 's' && word != "address" && word != "flags";
    if (plural || word == "data" || word == "text") return std::string(word);
    constexpr std::string_view kVowels = "aeiouAEIOU";
    bool an = kVowels.find(word[0]) != kVowels.npos && word[0] != 'u' && word[0] != 'U';
    if (word.substr(0, 3) == "RFC") an = true;
    return (an ? "an " : "a ") + std::string(word);
}

// Types of questions and messages that have no row in the table of record types.
constexpr std::string_view kMetaTypes[] = {"ANY",   "*",    "AXFR", "IXFR", "MAILA",
                                           "MAILB", "TSIG", "TKEY", "OPT",  "NXNAME"};

// Types that people know from elsewhere.
struct ForeignType {
    std::string_view mnemonic;
    const char* hint;
};
constexpr ForeignType kForeignTypes[] = {
    {"ALIAS", "no such record type exists in DNS: at the apex, write the addresses as A and AAAA"},
    {"ANAME", "no such record type exists in DNS: at the apex, write the addresses as A and AAAA"},
    {"DMARC", "DMARC policies are TXT records at _dmarc"},
    {"DKIM", "DKIM keys are TXT records at selector._domainkey"},
    {"REDIRECT", "DNS cannot redirect: that is done by a web server"},
    {"URL", "DNS cannot redirect: that is done by a web server"},
    {"A6", "A6 is history (RFC 6563): use AAAA"},
};

std::string hint_for_type(std::string_view text) {
    for (const ForeignType& foreign : kForeignTypes)
        if (equal_word(text, foreign.mnemonic)) return foreign.hint;
    if (text.substr(0, 1) == "$") return "a directive begins in the first column of its line";
    if (text.size() < 2 || text.find('\\') != text.npos) return "";
    for (const dns::RrType& row : dns::all_types())
        if (std::strlen(row.mnemonic) > 1 && nearly_equal(text, row.mnemonic))
            return std::string("did you mean ") + row.mnemonic + "?";
    return "";
}

}  // namespace

bool nearly_equal(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > 1) return false;
    size_t front = 0;
    while (front < a.size() && equal_word(a.substr(front, 1), b.substr(front, 1))) ++front;
    std::string_view rest_a = a.substr(front), rest_b = b.substr(front);
    if (rest_b.empty()) return true;
    if (a.size() < b.size()) return equal_word(rest_a, rest_b.substr(1));
    if (equal_word(rest_a.substr(1), rest_b.substr(1))) return true;
    return rest_a.size() >= 2 && equal_word(rest_a.substr(0, 1), rest_b.substr(1, 1)) &&
           equal_word(rest_a.substr(1, 1), rest_b.substr(0, 1)) &&
           equal_word(rest_a.substr(2), rest_b.substr(2));
}

std::string printable(std::string_view text, size_t most) {
    std::string out;
    bool cut = text.size() > most;
    for (char c : text.substr(0, cut ? most - 3 : most)) {
        uint8_t octet = static_cast<uint8_t>(c);
        if (octet >= ' ' && octet < 0x7f) {
            out += c;
            continue;
        }
        out += '\\';
        out += static_cast<char>('0' + octet / 100);
        out += static_cast<char>('0' + octet / 10 % 10);
        out += static_cast<char>('0' + octet % 10);
    }
    if (cut) out += "...";
    return out;
}

std::string quoted(std::string_view text) {
    std::string out(1, '\'');
    out += printable(text);
    out += '\'';
    return out;
}

bool EntryReader::report(const dns::Rule& rule, const Token& at,
                         std::initializer_list<std::string_view> words, std::string_view hint) {
    setting_.findings.report_at(rule, setting_.source, at.line, at.column, words, hint);
    return false;
}

// For what is missing: behind the last token that is there.
bool EntryReader::report_behind(const dns::Rule& rule, const Token& last,
                                std::initializer_list<std::string_view> words,
                                std::string_view hint) {
    size_t width = last.size() + (last.quoted ? 2 : 0);
    setting_.findings.report_at(rule, setting_.source, last.line,
                                last.column + static_cast<uint32_t>(width), words, hint);
    return false;
}

void EntryReader::report_lexical(const Entry& entry) {
    std::string most = std::to_string(kMaxTokens);
    std::string_view first = most, second;
    if (entry.fault == LexicalFault::nested_parenthesis) {
        first = "(";
        second = "stands inside parentheses that are open already";
    } else if (entry.fault == LexicalFault::unexpected_parenthesis) {
        first = ")";
        second = "closes nothing: no '(' stands before it";
    }
    setting_.findings.report_at(rule_of(entry.fault), setting_.source, entry.fault_line,
                                entry.fault_column, {first, second});
}

bool EntryReader::report_name(const Token& token, const std::string& reason) {
    std::string why = reason.empty() ? "" : ": " + printable(reason, 200);
    return report(kBadName, token, {printable(token.text()), why});
}

// All escapes of all tokens, so that no grammar behind needs to tell of them.
bool EntryReader::escapes_are_good(Tokens tokens) {
    auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (const Token& token : tokens) {
        if (!token.escaped) continue;
        for (const char* at = token.begin; at != token.end; ++at) {
            if (*at != '\\') continue;
            const char* reason = nullptr;
            size_t left = static_cast<size_t>(token.end - at) - 1;
            size_t size = 2;
            if (left == 0) {
                reason = "nothing follows the backslash";
                size = 1;
            } else if (is_digit(at[1])) {
                size = left < 3 ? left + 1 : 4;
                if (size < 4 || !is_digit(at[2]) || !is_digit(at[3]))
                    reason = "a digit behind a backslash is the first of three";
                else if ((at[1] - '0') * 100 + (at[2] - '0') * 10 + (at[3] - '0') > 255)
                    reason = "an octet is at most 255";
            }
            if (reason == nullptr) {
                at += size - 1;
                continue;
            }
            Token fault = token;
            fault.column += static_cast<uint32_t>(at - token.begin) + (token.quoted ? 1 : 0);
            return report(kBadEscape, fault, {printable({at, size}), reason});
        }
    }
    return true;
}

bool EntryReader::report_class(const Token& token) {
    return report(kWrongClass, token,
                  {printable(token.text()) + " is not served: apex serves class IN only"});
}

bool EntryReader::report_unknown_type(Tokens tokens, size_t at) {
    const Token& token = tokens[at];
    std::string_view text = token.text();
    for (std::string_view meta : kMetaTypes)
        if (!token.quoted && equal_word(text, meta)) return report(kMetaType, token, {meta});
    uint16_t type;
    std::string hint;
    if (!token.quoted)
        hint = hint_for_type(text);
    else if (dns::read_type(text, type))
        hint = "a type stands without quotes";
    else
        hint = "this is data: the type, TXT perhaps, is missing before it";
    if (hint.empty() && at == 1 && dns::read_type(tokens[0].text(), type))
        hint =
            "the first word of a line is the owner: a line for the owner before it begins with a "
            "blank";
    return report(kUnknownType, token, {printable(text)}, hint);
}

void EntryReader::report_rdata(uint16_t type, Tokens tokens, const Token& type_token,
                               const FieldFault& fault) {
    std::string mnemonic = dns::type_text(type);
    std::string reason = fault.reason.empty() ? "" : ": " + printable(fault.reason, 300);
    bool behind = fault.token >= tokens.size();
    const Token& last = tokens.empty() ? type_token : tokens.back();
    const Token& at = behind ? last : tokens[fault.token];
    switch (fault.kind) {
        case FieldFault::Kind::missing: {
            std::string what = with_article(fault.field) + reason;
            if (behind)
                report_behind(kMissingRdata, last, {mnemonic, what}, fault.hint);
            else
                report(kMissingRdata, at, {mnemonic, what}, fault.hint);
            return;
        }
        case FieldFault::Kind::extra:
            report(kTrailingRdata, at, {printable(at.text()), mnemonic}, fault.hint);
            return;
        case FieldFault::Kind::too_long:
            report(kStringTooLong, at, {fault.field, mnemonic, reason}, fault.hint);
            return;
        case FieldFault::Kind::invalid:
            break;
    }
    std::string_view field = *fault.field != 0 ? fault.field : "data";
    if (behind)
        report_behind(kBadRdata, last, {field, mnemonic, reason}, fault.hint);
    else
        report(kBadRdata, at, {field, mnemonic, reason}, fault.hint);
}

}  // namespace zoneparser
