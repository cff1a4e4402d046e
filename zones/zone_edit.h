// An edit: the next version of a zone while it is being made.
//
// Names that a change touches are taken out of the zone as they are, changed, and put into the
// layer of own changes as new nodes. A name that comes or goes changes its parent's count of
// children, and makes or unmakes the empty non-terminals above it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "zones/zone.h"

namespace zones {

class ZoneEdit {
public:
    explicit ZoneEdit(const Zone& zone);

    dns::Result<void> apply(const RrsetChange& change);
    std::shared_ptr<const Zone> finish();

private:
    struct EditedNode {
        dns::Name name;  // relative
        size_t depth = 0;
        uint64_t hash = 0;
        bool existed = false;
        uint8_t old_facts = 0;
        size_t old_records = 0;
        uint32_t children = 0;
        bool wildcard_child = false;
        std::vector<OwnedRrset> rrsets;  // by type and type covered
    };
    // Deepest names first, so that what becomes of a name is settled before its parent's turn.
    struct DeepestFirst {
        bool operator()(const std::pair<size_t, std::string>& a,
                        const std::pair<size_t, std::string>& b) const {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        }
    };

    EditedNode& take_out(dns::NameView relative);
    void settle(EditedNode& node);
    void settle_denials();
    std::shared_ptr<LayerNode> make_node(const EditedNode& node) const;
    dns::Result<void> mismatch(const RrsetChange& change, const char* what) const;

    const Zone& zone_;
    std::shared_ptr<Zone> next_;
    std::shared_ptr<Changes> changes_;  // of the next version
    std::vector<std::shared_ptr<const LayerNode>> made_;
    std::map<std::pair<size_t, std::string>, EditedNode, DeepestFirst> nodes_;
};

}  // namespace zones
