// Each record type is a pair of files: TYPE.zone, records as people write them (after the line
// `;; bad` what must be refused, with the field that is at fault), and TYPE.wire, for each good
// record its octets in hex and its text as apex prints it.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "dns/rdata_text.h"
#include "dns/rr_types.h"
#include "tests/support/octets.h"
#include "tests/support/tokens.h"
#include "zoneparser/fields.h"

using namespace apex_tests;
using zoneparser::FieldFault;
using zoneparser::RdataBuffer;

namespace {

struct Parsed {
    bool good = false;
    OctetString octets;
    FieldFault fault;
};

dns::NameView origin() {
    static const OctetString octets = from_hex("076578616D706C6503636F6D00");
    return {octets.data(), octets.size()};
}

Parsed parse(uint16_t type, zoneparser::Tokens tokens) {
    static const auto buffer = std::make_unique<RdataBuffer>();
    Parsed out;
    out.good = zoneparser::parse_rdata(type, tokens, origin(), *buffer, out.fault);
    if (out.good) out.octets.assign(buffer->data(), buffer->data() + buffer->size());
    return out;
}

Parsed parse_line(uint16_t type, std::string_view rdata) {
    return parse(type, split_line(rdata));
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

std::vector<std::string> pair_names() {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(source_folder() + "/tests/rr"))
        if (file.path().extension() == ".zone") names.push_back(file.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string generic_form(const OctetString& octets) {
    return "\\# " + std::to_string(octets.size()) + " " + to_hex(octets);
}

void check_good(uint16_t type, const TextEntry& entry, const std::string& hex,
                const std::string& text) {
    zoneparser::Tokens rdata(entry.tokens.data() + 1, entry.tokens.size() - 1);
    Parsed parsed = parse(type, rdata);
    INFO("reason: " << parsed.fault.field << ": " << parsed.fault.reason);
    CHECK(parsed.good);
    CHECK(to_hex(parsed.octets) == (hex == "-" ? "" : hex));
    std::string printed = dns::rdata_text(type, parsed.octets);
    std::string mnemonic = dns::type_text(type);
    CHECK((printed.empty() ? mnemonic : mnemonic + " " + printed) == text);
    CHECK(parse_line(type, printed).octets == parsed.octets);
    CHECK(dns::check_rdata(type, parsed.octets).ok());
    Parsed generic = parse_line(type, generic_form(parsed.octets));
    CHECK(generic.good);
    CHECK(generic.octets == parsed.octets);
}

// Octets that are cut short or changed never break anything, and what is accepted of them prints
// and reads back to the same.
void check_damaged(uint16_t type, OctetString octets) {
    auto survives = [type](const OctetString& damaged) {
        dns::FieldWalk walk(type, damaged);
        size_t end = 0;
        for (dns::FieldSpan span; walk.next(span);) end = span.offset + span.size;
        CHECK(end <= damaged.size());
        std::string printed = dns::rdata_text(type, damaged);
        if (!dns::check_rdata(type, damaged).ok()) return;
        Parsed again = parse_line(type, printed);
        INFO("printed as " << printed << ": " << again.fault.field << " " << again.fault.reason);
        CHECK(again.octets == damaged);
    };
    size_t step = octets.size() / 300 + 1;
    for (size_t size = 0; size < octets.size(); size += step) {
        OctetString cut(octets.begin(), octets.begin() + static_cast<ptrdiff_t>(size));
        survives(cut);
        for (uint8_t bits : {0x01, 0x80, 0xff}) {
            OctetString changed = octets;
            changed[size] = static_cast<uint8_t>(changed[size] ^ bits);
            survives(changed);
        }
    }
    octets.push_back(0);
    survives(octets);
}

// "; expects: label", where "end" stands for something left over.
std::string expected_field(std::string_view comment) {
    size_t at = comment.find("expects: ");
    if (at == comment.npos) return "";
    std::string_view label = comment.substr(at + 9);
    while (!label.empty() && (label.back() == ' ' || label.back() == '\r')) label.remove_suffix(1);
    return std::string(label);
}

void check_bad(uint16_t type, const TextEntry& entry) {
    if (entry.unclosed) return;  // the lexer's part
    std::string expected = expected_field(entry.comment);
    CHECK(!expected.empty());
    Parsed parsed =
        parse(type, zoneparser::Tokens(entry.tokens.data() + 1, entry.tokens.size() - 1));
    CHECK(!parsed.good);
    std::string field = parsed.fault.kind == FieldFault::Kind::extra ? "end" : parsed.fault.field;
    CHECK(field == expected);
    CHECK(parsed.fault.token < entry.tokens.size());
}

void check_pair(const std::string& name) {
    std::string base = source_folder() + "/tests/rr/" + name;
    std::string zone = read_whole_file(base + ".zone");
    std::vector<std::string> wire = lines_of(read_whole_file(base + ".wire"));
    size_t at = 0, record = 0;
    unsigned line = 1;
    bool bad = false;
    while (at < zone.size()) {
        TextEntry entry = next_entry(zone, at, line);
        if (entry.tokens.empty()) {
            bad |= entry.comment == ";; bad";
            continue;
        }
        INFO(name << ".zone:" << entry.line);
        uint16_t type = 0;
        CHECK(dns::read_type(entry.tokens[0].text(), type));
        if (bad) {
            check_bad(type, entry);
            continue;
        }
        bool has_wire = 2 * record + 1 < wire.size();
        CHECK(has_wire);
        if (!has_wire) return;
        check_good(type, entry, wire[2 * record], wire[2 * record + 1]);
        check_damaged(type, from_hex(wire[2 * record]));
        ++record;
    }
    CHECK(2 * record == wire.size());
    CHECK(record > 0);
}

}  // namespace

TEST_SUITE("rr") {
    TEST_CASE("text and octets of each type") {
        for (const std::string& name : pair_names()) SUBCASE(name.c_str()) check_pair(name);
    }

    TEST_CASE("each type has its pair of files") {
        std::vector<std::string> names = pair_names();
        for (const dns::RrType& row : dns::all_types()) {
            INFO(row.mnemonic);
            if (!row.has(dns::type_flag::meta))
                CHECK(std::find(names.begin(), names.end(), row.mnemonic) != names.end());
        }
    }
}
