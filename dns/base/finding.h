// Findings: what is worth saying about a zone, as values with a place.
//
// A Rule is a row of a table (the parser's, the zone rules', the signer's); a Finding is a rule, a
// place and the words that fill its sentence. Text is made on output only (server/cli/report).
//
//   rule     sentence   "'{}' has no address in this zone"      hint  "add A or AAAA records"
//   finding  words      "ns1.example.com."
//
// A Findings keeps the first `per_rule` of each rule and `total` in all, and counts the rest. An
// error is never crowded out by what weighs less.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dns/base/place.h"

namespace dns {

enum class Severity : uint8_t { off, note, warning, error };

std::string_view to_string(Severity severity);

struct Rule {
    const char* name;       // kebab-case, what --rule and the configuration call it
    Severity severity;      // unless the user says otherwise
    bool fixed;             // its breach cannot be served: the user cannot change the severity
    const char* reference;  // RFC and section, or "-"
    const char* sentence;   // each {} is filled by one word
    const char* hint;       // what to do about it, or ""
};

struct Finding {
    const Rule* rule = nullptr;
    Severity severity = Severity::off;
    uint32_t source = 0;
    uint32_t line = 0;
    uint32_t column = 0;  // whole, where Place would cap it
    std::vector<std::string> words;
    std::string hint;     // replaces the rule's hint if not empty

    std::string sentence() const;
};

// What the user made of the rules: severities that differ from the table's.
class Severities {
public:
    void set(const Rule& rule, Severity severity) { changed_[&rule] = severity; }
    void make_warnings_errors() { strict_ = true; }
    Severity of(const Rule& rule) const;

private:
    std::unordered_map<const Rule*, Severity> changed_;
    bool strict_ = false;
};

struct FindingLimits {
    size_t per_rule = 100;
    size_t total = 1000;
};

class Findings {
public:
    explicit Findings(const Severities& severities, FindingLimits limits = {})
        : severities_(&severities), limits_(limits) {}

    // True if a report of this rule would be kept: lets a caller skip making its words. The report
    // itself is due all the same, for the count.
    bool wants(const Rule& rule) const;
    void report(const Rule& rule, Place place, std::initializer_list<std::string_view> words = {},
                std::string_view hint = {});
    void report_at(const Rule& rule, uint32_t source, uint32_t line, uint32_t column,
                   std::initializer_list<std::string_view> words = {}, std::string_view hint = {});

    // Adds to the lines of one source, for who learns late where its text began.
    void move_lines(uint32_t source, uint32_t by);
    // Takes over what another thread found; call in the order of the input.
    void take(Findings&& other);
    // By place: an included file's findings stand where its $INCLUDE stands.
    void sort(const Sources& sources);

    const std::vector<Finding>& rows() const { return rows_; }
    size_t count(Severity severity) const { return counts_[static_cast<size_t>(severity)]; }
    size_t count(const Rule& rule) const;
    // How many of a rule were counted but not kept.
    struct Omitted {
        const Rule* rule;
        size_t count;
    };
    std::vector<Omitted> omitted() const;
    bool failed() const { return count(Severity::error) > 0; }
    const Severities& severities() const { return *severities_; }
    FindingLimits limits() const { return limits_; }

private:
    struct Tally {
        size_t seen = 0;
        size_t kept = 0;
    };
    void keep(Finding finding, Tally& tally);
    bool has_room_for(Severity severity) const;
    void make_room_for(Severity severity);

    const Severities* severities_;
    FindingLimits limits_;
    std::vector<Finding> rows_;
    std::unordered_map<const Rule*, Tally> tallies_;
    std::array<size_t, 4> counts_{};
    std::array<size_t, 4> kept_{};  // rows, by severity
};

}  // namespace dns
