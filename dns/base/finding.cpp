#include "dns/base/finding.h"

#include <algorithm>

namespace dns {

std::string_view to_string(Severity severity) {
    static constexpr std::string_view kWords[] = {"off", "note", "warning", "error"};
    return kWords[static_cast<size_t>(severity)];
}

std::string Finding::sentence() const {
    std::string text;
    size_t next_word = 0;
    for (const char* at = rule->sentence; *at != 0; ++at) {
        if (at[0] == '{' && at[1] == '}') {
            if (next_word < words.size()) text += words[next_word++];
            ++at;
        } else {
            text += *at;
        }
    }
    return text;
}

Severity Severities::of(const Rule& rule) const {
    Severity severity = rule.severity;
    if (!rule.fixed) {
        if (auto found = changed_.find(&rule); found != changed_.end()) severity = found->second;
    }
    if (strict_ && severity == Severity::warning) severity = Severity::error;
    return severity;
}

bool Findings::wants(const Rule& rule) const {
    Severity severity = severities_->of(rule);
    if (severity == Severity::off || !has_room_for(severity)) return false;
    auto found = tallies_.find(&rule);
    return found == tallies_.end() || found->second.kept < limits_.per_rule;
}

void Findings::report(const Rule& rule, Place place, std::initializer_list<std::string_view> words,
                      std::string_view hint) {
    report_at(rule, place.source(), place.line(), place.column(), words, hint);
}

void Findings::report_at(const Rule& rule, uint32_t source, uint32_t line, uint32_t column,
                         std::initializer_list<std::string_view> words, std::string_view hint) {
    Severity severity = severities_->of(rule);
    if (severity == Severity::off) return;
    ++counts_[static_cast<size_t>(severity)];
    Tally& tally = tallies_[&rule];
    ++tally.seen;
    if (tally.kept >= limits_.per_rule || !has_room_for(severity)) return;
    Finding finding{&rule, severity, source, line, column, {}, std::string(hint)};
    for (std::string_view word : words) finding.words.emplace_back(word);
    keep(std::move(finding), tally);
}

void Findings::keep(Finding finding, Tally& tally) {
    make_room_for(finding.severity);
    ++tally.kept;
    ++kept_[static_cast<size_t>(finding.severity)];
    rows_.push_back(std::move(finding));
}

// There is, if the rows are not full or one of them weighs less.
bool Findings::has_room_for(Severity severity) const {
    if (rows_.size() < limits_.total) return true;
    for (size_t lighter = 0; lighter < static_cast<size_t>(severity); ++lighter)
        if (kept_[lighter] > 0) return true;
    return false;
}

// Drops the last row that weighs less than `severity`, if the rows are full.
void Findings::make_room_for(Severity severity) {
    if (rows_.size() < limits_.total) return;
    for (size_t i = rows_.size(); i-- > 0;) {
        if (rows_[i].severity >= severity) continue;
        --tallies_[rows_[i].rule].kept;
        --kept_[static_cast<size_t>(rows_[i].severity)];
        rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(i));
        return;
    }
}

void Findings::move_lines(uint32_t source, uint32_t by) {
    for (Finding& finding : rows_)
        if (finding.source == source) finding.line += by;
}

void Findings::take(Findings&& other) {
    for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    for (auto& [rule, tally] : other.tallies_) tallies_[rule].seen += tally.seen;
    for (Finding& finding : other.rows_) {
        Tally& tally = tallies_[finding.rule];
        if (tally.kept < limits_.per_rule && has_room_for(finding.severity))
            keep(std::move(finding), tally);
    }
    other.rows_.clear();
    other.tallies_.clear();
    other.counts_ = {};
    other.kept_ = {};
}

namespace {

struct Step {
    uint32_t line, column, source;
    auto operator<=>(const Step&) const = default;
};

// The way from the outermost source to the finding. Bounded: a chain of includes is, and a row's
// origin always has a smaller number.
std::vector<Step> path_to(const Finding& finding, const Sources& sources) {
    std::vector<Step> path{{finding.line, finding.column, finding.source}};
    uint32_t source = finding.source;
    while (source != 0) {
        Place from = sources.at(source).from;
        if (!from.known() || from.source() >= source) break;
        path.push_back({from.line(), from.column(), from.source()});
        source = from.source();
    }
    // Sources that nobody included are ordered among each other by number.
    path.push_back({source, 0, 0});
    std::reverse(path.begin(), path.end());
    return path;
}

}  // namespace

void Findings::sort(const Sources& sources) {
    std::vector<std::pair<std::vector<Step>, size_t>> order;
    order.reserve(rows_.size());
    for (size_t i = 0; i < rows_.size(); ++i) order.emplace_back(path_to(rows_[i], sources), i);
    std::sort(order.begin(), order.end());
    std::vector<Finding> sorted;
    sorted.reserve(rows_.size());
    for (auto& [path, i] : order) sorted.push_back(std::move(rows_[i]));
    rows_ = std::move(sorted);
}

size_t Findings::count(const Rule& rule) const {
    auto found = tallies_.find(&rule);
    return found == tallies_.end() ? 0 : found->second.seen;
}

std::vector<Findings::Omitted> Findings::omitted() const {
    std::vector<Omitted> rows;
    for (auto& [rule, tally] : tallies_)
        if (tally.seen > tally.kept) rows.push_back({rule, tally.seen - tally.kept});
    std::sort(rows.begin(), rows.end(), [](const Omitted& a, const Omitted& b) {
        return std::string_view(a.rule->name) < std::string_view(b.rule->name);
    });
    return rows;
}

}  // namespace dns
