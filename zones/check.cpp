// The walk over a zone that applies the rules of zones/rules.cpp.
#include <algorithm>
#include <array>
#include <vector>

#include "zones/concern.h"
#include "zones/diff.h"
#include "zones/glue_targets.h"
#include "zones/parallel.h"
#include "zones/rule_functions.h"

namespace zones {

namespace {

constexpr size_t kNamesPerTask = 8192;
constexpr size_t kDenseTypes = 272;

// A function with its bit in the set of functions that a run wants.
template <class Function>
struct Call {
    Function function;
    uint64_t bit;
};

template <class Function>
using Calls = std::vector<Call<Function>>;

// The functions to call for RRsets of one type.
struct TypeCalls {
    Calls<RrsetRule> rrset;
    Calls<RrsetRule> hidden;  // those that count below a cut or a DNAME as well
    Calls<TargetRule> target;
};

// The table of rows, turned round: from what is met to the functions that look at it. A function
// stands here once, however many rows share it.
class Dispatch {
  public:
    Dispatch() {
        for (const RuleRow& row : rules()) add(row);
    }

    // The functions with at least one row that is not off.
    uint64_t wanted(const dns::Severities& severities) const {
        uint64_t bits = 0;
        for (const auto& [rule, bit] : rule_bits_)
            if (severities.of(*rule) != dns::Severity::off) bits |= bit;
        return bits;
    }
    const TypeCalls& of_type(uint16_t type) const {
        return by_type_[type < kDenseTypes ? index_[type] : 0];
    }
    const Calls<ZoneRule>& zone() const { return zone_; }
    const Calls<NameRule>& name() const { return name_; }

  private:
    void add(const RuleRow& row) {
        if (row.zone != nullptr) add_to(zone_, row.zone, row);
        if (row.name != nullptr) add_to(name_, row.name, row);
        if (row.rrset == nullptr && row.target == nullptr) return;
        if (row.types[0] == 0) {
            for (TypeCalls& calls : by_type_) add_to_type(calls, row);
            for_all_.push_back(&row);
        }
        for (uint16_t type : row.types)
            if (type != 0) add_to_type(own_calls(type), row);
    }

    TypeCalls& own_calls(uint16_t type) {
        if (index_[type] == 0) {
            index_[type] = static_cast<uint8_t>(by_type_.size());
            by_type_.emplace_back();
            for (const RuleRow* row : for_all_) add_to_type(by_type_.back(), *row);
        }
        return by_type_[index_[type]];
    }

    void add_to_type(TypeCalls& calls, const RuleRow& row) {
        if (row.target != nullptr) add_to(calls.target, row.target, row);
        if (row.rrset == nullptr) return;
        add_to(calls.rrset, row.rrset, row);
        if (row.rule->fixed) add_to(calls.hidden, row.rrset, row);
    }

    template <class Function>
    void add_to(Calls<Function>& calls, Function function, const RuleRow& row) {
        uint64_t bit = bit_of(reinterpret_cast<void (*)()>(function));
        rule_bits_.push_back({row.rule, bit});
        for (const Call<Function>& call : calls)
            if (call.function == function) return;
        calls.push_back({function, bit});
    }

    uint64_t bit_of(void (*function)()) {
        auto found = std::find(functions_.begin(), functions_.end(), function);
        if (found == functions_.end()) found = functions_.insert(found, function);
        return uint64_t{1} << (found - functions_.begin());
    }

    struct RuleBit {
        const dns::Rule* rule;
        uint64_t bit;
    };
    std::vector<TypeCalls> by_type_{1};  // the first: all types without rules of their own
    std::array<uint8_t, kDenseTypes> index_{};
    Calls<ZoneRule> zone_;
    Calls<NameRule> name_;
    std::vector<const RuleRow*> for_all_;
    std::vector<RuleBit> rule_bits_;
    std::vector<void (*)()> functions_;
};

const Dispatch& dispatch() {
    static const Dispatch table;
    return table;
}

// Calls the functions for some names, in canonical order.
class Walk {
  public:
    Walk(RuleContext& context, uint64_t wanted)
        : context_(context), wanted_(wanted), has_links_(context.zone.changes().empty()) {}
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;

    void whole_zone() {
        if (has_links_) return ranks(0, context_.zone.base().name_count());
        for (Zone::Cursor at(context_.zone); at; at.next()) visit(*at);
        flush();
    }

    void nodes(std::span<const NodeView> nodes) {
        for (const NodeView& node : nodes) {
            cut_ = redirect_ = {};
            find_what_is_above(node);
            visit(node);
        }
        flush();
    }

    // A zone without changes.
    void ranks(size_t first, size_t end) {
        if (first == end) return;
        const Base& base = context_.zone.base();
        find_what_is_above(base.by_rank(first));
        for (size_t rank = first; rank < end; ++rank) visit(base.by_rank(rank));
        flush();
    }

  private:
    // A target waits until its node has come into the cache: others are read meanwhile.
    struct Waiting {
        Visit visit;
        Target target;
        const Calls<TargetRule>* calls;
    };
    static constexpr size_t kWaiting = 16;  // a power of two

    void find_what_is_above(const NodeView& node) {
        size_t labels = node.name().label_count();
        for (size_t depth = 0; depth < labels; ++depth) {
            NodeView ancestor = context_.zone.find(node.name().without(labels - depth));
            if (!ancestor) return;
            if (!cut_ && ancestor.has(fact::cut)) cut_ = ancestor;
            if (!redirect_ && ancestor.has(fact::redirect)) redirect_ = ancestor;
        }
    }

    void visit(const NodeView& node) {
        if (cut_ && !dns::is_below(node.name(), cut_.name())) cut_ = {};
        if (redirect_ && !dns::is_below(node.name(), redirect_.name())) redirect_ = {};
        Visit visit{node, cut_, redirect_};
        for (const Call<NameRule>& call : dispatch_.name())
            if (call.bit & wanted_) call.function(context_, visit);
        bool hidden = cut_ || redirect_;
        size_t count = node.rrset_count();
        const RrsetEntry* entry = node.entries();
        const dns::Place* places = node.places();
        for (size_t i = 0; i < count; ++i, ++entry) {
            const TypeCalls& calls = dispatch_.of_type(entry->type);
            const bool placed = places != nullptr && node.has_places(*entry);
            RrsetView rrset(node.octets(), entry, placed ? places : nullptr);
            if (placed) places += entry->count;
            for (const Call<RrsetRule>& call : hidden ? calls.hidden : calls.rrset)
                if (call.bit & wanted_) call.function(context_, visit, rrset);
            if (!hidden && !calls.target.empty()) add_targets(visit, rrset, calls.target);
        }
        if (!cut_ && node.has(fact::cut)) cut_ = node;
        if (!redirect_ && node.has(fact::redirect)) redirect_ = node;
    }

    void add_targets(const Visit& visit, const RrsetView& rrset, const Calls<TargetRule>& calls) {
        size_t index = 0;
        for (RecordView record : rrset) {
            dns::NameView name = dns::target_name(rrset.type(), record.rdata());
            Target target{rrset, index++, name, false, {}};
            if (name.empty()) continue;
            find_target(target);
            if (waiting_last_ - waiting_first_ == kWaiting) check_first_waiting();
            waiting_[waiting_last_++ % kWaiting] = {visit, target, &calls};
        }
    }

    void find_target(Target& target) {
        bool linked = has_links_ && target.rrset.has_links();
        if (linked) {
            if (Ref ref = target.rrset.link(target.record)) {
                target.in_zone = true;
                target.node = context_.zone.base().node(ref);
                // The head and name, and the entries behind them.
                __builtin_prefetch(target.node.octets());
                __builtin_prefetch(target.node.octets() + 64);
                return;
            }
        }
        dns::NameView relative;
        target.in_zone = context_.zone.relative(target.name, relative);
        if (target.in_zone && !linked) target.node = context_.zone.find(relative);
    }

    void check_first_waiting() {
        const Waiting& first = waiting_[waiting_first_++ % kWaiting];
        for (const Call<TargetRule>& call : *first.calls)
            if (call.bit & wanted_) call.function(context_, first.visit, first.target);
    }

    void flush() {
        while (waiting_first_ != waiting_last_) check_first_waiting();
    }

    RuleContext& context_;
    const Dispatch& dispatch_ = dispatch();
    uint64_t wanted_;
    bool has_links_;
    NodeView cut_, redirect_;  // the topmost ones strictly above
    std::array<Waiting, kWaiting> waiting_;
    size_t waiting_first_ = 0, waiting_last_ = 0;
};

}  // namespace

std::string RuleContext::text(const NodeView& node) const {
    return dns::to_text(zone.absolute(node.name()));
}

void check(const Zone& zone, dns::Findings& findings, const dns::Limits& limits, unsigned threads) {
    uint64_t wanted = dispatch().wanted(findings.severities());
    GlueTargets glue(zone);
    RuleContext whole{zone, findings, limits, glue};
    for (const Call<ZoneRule>& call : dispatch().zone())
        if (call.bit & wanted) call.function(whole);
    size_t names = zone.base().name_count();
    if (!zone.changes().empty() || threads < 2 || names < 2 * kNamesPerTask) {
        Walk(whole, wanted).whole_zone();
        return;
    }
    // Few tasks, because each keeps findings of its own.
    size_t tasks = std::min<size_t>(names / kNamesPerTask, size_t{threads} * 4);
    size_t names_per_task = (names + tasks - 1) / tasks;
    std::vector<dns::Findings> found(tasks,
                                     dns::Findings(findings.severities(), findings.limits()));
    share_out(threads, tasks, [&](size_t task) {
        RuleContext context{zone, found[task], limits, glue};
        size_t first = std::min(names, task * names_per_task);
        Walk(context, wanted).ranks(first, std::min(names, first + names_per_task));
    });
    for (dns::Findings& of_task : found) findings.take(std::move(of_task));
}

void check(const Zone& zone, const Concern& concern, const Pointers& pointers,
           dns::Findings& findings, const dns::Limits& limits) {
    uint64_t wanted = dispatch().wanted(findings.severities());
    GlueTargets glue(zone, concern, pointers);
    RuleContext context{zone, findings, limits, glue};
    for (const Call<ZoneRule>& call : dispatch().zone()) {
        // Each looks at one thing.
        bool concerned = call.function == check_nsec3_iterations ? concern.denial_changed()
                                                                 : concern.apex_changed();
        if (concerned && (call.bit & wanted)) call.function(context);
    }
    Walk(context, wanted).nodes(concern.names());
}

void check_reload(const Zone& served, const Zone& next, dns::Findings& findings) {
    // RFC 1982 3.2: greater, unless exactly half the circle lies between.
    uint32_t ahead = next.serial() - served.serial();
    if (ahead != 0 && ahead < uint32_t{1} << 31) return;
    RrsetView soa = next.apex().find(dns::type::SOA);
    if (!soa || diff(served, next).empty()) return;
    findings.report(rule::serial_not_advanced, soa.place(0),
                    {std::to_string(next.serial()), std::to_string(served.serial())});
}

}  // namespace zones
