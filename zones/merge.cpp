// What a patch makes of a base, as a change set: each owner that the patch names is put together
// anew, with the base's records that stay in front of the patch's, as the text of one zone would
// be.
#include <algorithm>

#include "zones/node_gather.h"
#include "zones/overlay.h"
#include "zones/rules.h"

namespace zones {

namespace {

using Kind = Patch::Kind;

class Merge {
  public:
    Merge(const Zone& base, const Patch& patch, dns::Findings& findings,
          const OverlayOptions& options)
        : base_(base),
          patch_(patch),
          findings_(findings),
          shift_(options.source_shift),
          origin_(base.origin()),
          gather_(origin_, findings, options.limits) {}

    std::unique_ptr<ChangeSet> run() {
        size_t errors = findings_.count(dns::Severity::error);
        take_out_subtrees();
        auto operations = patch_.operations();
        auto runs = patch_.runs();
        for (size_t o = 0, r = 0; o < operations.size() || r < runs.size();) {
            dns::NameView owner = next_owner(operations.subspan(o), runs.subspan(r));
            size_t first_operation = o, first_run = r;
            while (o < operations.size() && operations[o].owner == owner) ++o;
            while (r < runs.size() && runs[r].owner() == owner) ++r;
            merge_owner(owner, operations.subspan(first_operation, o - first_operation),
                        runs.subspan(first_run, r - first_run));
        }
        for (const auto& name : gone_)
            if (!name.merged) remove_all(name.node);
        if (findings_.count(dns::Severity::error) > errors) return nullptr;
        return std::move(changes_);
    }

  private:
    // A name that a subtree takes with it.
    struct Gone {
        NodeView node;
        bool merged = false;  // the patch has a word on it as well
    };

    static dns::NameView next_owner(std::span<const Patch::Operation> operations,
                                    std::span<const Patch::Run> runs) {
        if (operations.empty()) return runs.front().owner();
        dns::NameView owner = operations.front().owner;
        if (runs.empty()) return owner;
        dns::NameView other = runs.front().owner();
        return dns::canonical_compare(owner, other) <= 0 ? owner : other;
    }

    dns::Place shifted(dns::Place place) const {
        if (!place.known()) return place;
        return {uint64_t{place.source()} + shift_, place.line(), place.column()};
    }

    // Operations stand in canonical order, so a subtree within another one follows it.
    void take_out_subtrees() {
        const Patch::Operation* around = nullptr;
        for (const Patch::Operation& operation : patch_.operations()) {
            if (operation.kind != Kind::remove_subtree) continue;
            dns::NameView top;
            if (!base_.relative(operation.owner, top)) continue;
            if (!base_.find(top)) report_nothing(operation, NodeView());
            if (around != nullptr && dns::is_at_or_below(operation.owner, around->owner)) continue;
            around = &operation;
            for (Zone::Cursor at(base_, top); at; at.next()) {
                if (!dns::is_at_or_below((*at).name(), top)) break;
                gone_.push_back({*at});
            }
        }
    }

    Gone* find_gone(dns::NameView relative) {
        auto at = std::lower_bound(gone_.begin(), gone_.end(), relative,
                                   [](const Gone& gone, dns::NameView name) {
                                       return dns::canonical_compare(gone.node.name(), name) < 0;
                                   });
        return at != gone_.end() && at->node.name() == relative ? &*at : nullptr;
    }

    void merge_owner(dns::NameView owner, std::span<const Patch::Operation> operations,
                     std::span<const Patch::Run> runs) {
        dns::NameView relative;
        if (!base_.relative(owner, relative)) return;
        NodeView node = base_.find(relative);
        all_go_ = false;
        going_.clear();
        if (Gone* gone = find_gone(relative)) gone->merged = all_go_ = true;
        for (const Patch::Operation& operation : operations) {
            if (operation.kind == Kind::remove_subtree) continue;
            if (!has(node, operation.type)) report_nothing(operation, node);
            if (operation.type == 0)
                all_go_ = true;
            else
                going_.push_back(operation.type);
        }
        std::sort(going_.begin(), going_.end());
        if (runs.empty())
            remove(owner, node);
        else
            put_together(owner, relative, node, runs);
    }

    static bool has(const NodeView& node, uint16_t type) {
        if (!node || node.is_empty()) return false;
        if (type == 0) return true;
        for (size_t i = 0; i < node.rrset_count(); ++i)
            if (node.entries()[i].type == type) return true;
        return false;
    }

    bool goes(uint16_t type) const {
        return all_go_ || std::binary_search(going_.begin(), going_.end(), type);
    }

    void report_nothing(const Patch::Operation& operation, const NodeView& node) {
        const dns::Rule& rule = operation.kind == Kind::replace ? rule::patch_replaces_nothing
                                                                : rule::patch_removes_nothing;
        std::string type = operation.type == 0 ? "" : " " + dns::type_text(operation.type);
        const char* hint = "";
        if (operation.kind == Kind::remove_subtree)
            type = " or below it";
        else if (operation.kind == Kind::remove && node && node.is_empty())
            hint = "only names below it exist: $REMOVE with 'subtree' takes those away";
        findings_.report(rule, shifted(operation.place), {dns::to_text(operation.owner), type},
                         hint);
    }

    void remove_all(const NodeView& node) {
        all_go_ = true;
        remove(base_.absolute(node.name()), node);
    }

    void remove(dns::NameView owner, const NodeView& node) {
        for (size_t i = 0; node && i < node.rrset_count(); ++i)
            if (goes(node.entries()[i].type))
                changes_->changes.push_back({dns::Name(owner), own(node.rrset(i)), {}});
    }

    // The base's records, then those of the patch, as one run of a batch for the builder's
    // gatherer.
    void put_together(dns::NameView owner, dns::NameView relative, const NodeView& node,
                      std::span<const Patch::Run> runs) {
        batch_.octets.clear();
        batch_.run_count = 0;
        batch_.record_count = 0;
        batch_.open_run(owner);
        for (size_t i = 0; node && i < node.rrset_count(); ++i) {
            RrsetView rrset = node.rrset(i);
            if (goes(rrset.type())) continue;
            size_t index = 0;
            for (RecordView record : rrset)
                append(rrset.place(index++), record.type(), record.ttl(), record.rdata());
        }
        for (const Patch::Run& run : runs) {
            const zoneparser::RecordHead* head = run.batch->first_record(*run.run);
            for (uint32_t i = run.run->record_count; i > 0; --i, head = head->next())
                append(shifted(run.batch->place(*head)), head->type, head->ttl, head->octets());
        }
        gather_.clear();
        gather_.add(batch_, batch_.run_at(0));
        gather_.make_rrsets(relative);
        compare(owner, node);
    }

    void append(dns::Place place, uint16_t type, uint32_t ttl, dns::Octets rdata) {
        batch_.append({place, ttl, type, static_cast<uint16_t>(rdata.size())}, rdata.data());
    }

    // Both are sorted by type and type covered.
    void compare(dns::NameView owner, const NodeView& node) {
        auto parts = gather_.parts();
        const dns::Place* places = gather_.places().data();
        size_t old_count = node ? node.rrset_count() : 0;
        for (size_t i = 0, p = 0; i < old_count || p < parts.size();) {
            RrsetView old = i < old_count ? node.rrset(i) : RrsetView();
            const RrsetParts* now = p < parts.size() ? &parts[p] : nullptr;
            if (old && now != nullptr && key(old) != key(*now)) {
                if (key(old) < key(*now))
                    now = nullptr;
                else
                    old = RrsetView();
            }
            i += old ? 1 : 0;
            p += now != nullptr ? 1 : 0;
            OwnedRrset after = now != nullptr ? own(*now, places) : OwnedRrset();
            if (now != nullptr) places += now->count;
            if (old && now != nullptr && same_records(old, after)) continue;
            changes_->changes.push_back({dns::Name(owner), own(old), std::move(after)});
        }
    }

    template <class Rrset>
    static std::pair<uint16_t, uint16_t> key(const Rrset& rrset) {
        if constexpr (std::is_same_v<Rrset, RrsetView>)
            return {rrset.type(), rrset.covered()};
        else
            return {rrset.type, rrset.covered};
    }
    static OwnedRrset own(const RrsetView& rrset) { return zones::own(rrset); }
    static OwnedRrset own(const RrsetParts& parts, const dns::Place* places) {
        OwnedRrset owned;
        owned.type = parts.type;
        owned.covered = parts.covered;
        owned.count = parts.count;
        owned.wire.assign(parts.wire.begin(), parts.wire.end());
        owned.places.assign(places, places + parts.count);
        return owned;
    }
    // A replacement by the same records is none, but for where they are written.
    static bool same_records(const RrsetView& old, const OwnedRrset& now) {
        if (!std::equal(old.wire().begin(), old.wire().end(), now.wire.begin(), now.wire.end()))
            return false;
        for (size_t i = 0; i < old.count(); ++i)
            if (!(old.place(i) == now.places[i])) return false;
        return true;
    }

    const Zone& base_;
    const Patch& patch_;
    dns::Findings& findings_;
    uint32_t shift_;
    dns::Name origin_;
    NodeGather gather_;
    zoneparser::RecordBatch batch_;
    std::vector<Gone> gone_;       // canonical order
    bool all_go_ = false;          // of the owner that is merged now
    std::vector<uint16_t> going_;  // types of it
    std::unique_ptr<ChangeSet> changes_ = std::make_unique<ChangeSet>();
};

}  // namespace

std::unique_ptr<ChangeSet> merge(const Zone& base, const Patch& patch, dns::Findings& findings,
                                 const OverlayOptions& options) {
    return Merge(base, patch, findings, options).run();
}

}  // namespace zones
