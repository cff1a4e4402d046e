// What the publisher knows of each zone besides what is served: small, since there may be a
// million. Views that list the same zone share one state.
//
//   number ---> slot ---> { served, file and its mark, choices }
//                         + rare: included files, refusals, more views, what an overlay rests on
//
// A number is a zone's own for as long as the process lives; slots are used again.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/answer/set.h"
#include "server/publish/zone_groups.h"
#include "server/publish/zone_loading.h"
#include "zones/patch.h"

namespace server {

// A zone that is another with a patch over it.
struct OverlayState {
    static constexpr uint32_t kNone = UINT32_MAX;
    uint32_t base = kNone;                        // the number of the zone that it rests on
    std::shared_ptr<const zones::Patch> patch;    // the last that could be read
    std::shared_ptr<const dns::Sources> sources;  // of the patch
    uint64_t content = 0;  // a digest of what is served, apart from the serial
};

struct ZoneState {
    // What few zones have.
    struct Rare {
        std::vector<IncludedFile> included;
        std::string refused;                  // why the file as it is now is not served
        std::string template_name;            // of a zone that was added
        std::vector<ZoneListing> more_views;  // that list it, besides `view`
        std::optional<OverlayState> overlay;

        bool is_plain() const {
            return included.empty() && refused.empty() && template_name.empty() &&
                   more_views.empty() && !overlay;
        }
    };

    ZonePointer served;  // null: not yet, or the slot is free
    std::shared_ptr<const ZoneChoices> choices;
    const std::string* folder =
        nullptr;                   // of its file, with the final slash, shared; null: none yet
    std::unique_ptr<char[]> file;  // the rest of its path, ended by NUL
    std::unique_ptr<Rare> rare;
    FileMark mark = 0;
    dns::UnixTime since = 0;  // when the version that is served was loaded
    uint32_t number = 0;
    ViewNumber view = 0;  // the first that lists it
    bool added = false;   // by `apex ctl zone add`
    bool listed = false;  // seen in the configuration that is being taken over

    std::string path() const { return *folder + file.get(); }
    Rare& rare_facts();
    bool is_refused() const { return rare != nullptr && !rare->refused.empty(); }
    const OverlayState* overlay() const {
        return rare != nullptr && rare->overlay ? &*rare->overlay : nullptr;
    }
    // Each view that lists it.
    template <class Use>
    void for_each_view(Use use) const {
        use(view);
        if (rare == nullptr) return;
        for (const ZoneListing& more : rare->more_views) use(more.view);
    }
    void set_listings(std::vector<ZoneListing> listings);
};

class ZoneStates {
  public:
    ZoneState& make();
    void remove(ZoneState& state);
    void set_path(ZoneState& state, std::string_view path);
    // Null if there is none of that number, or no longer.
    ZoneState* find(uint32_t number);
    const ZoneState* find(uint32_t number) const {
        return const_cast<ZoneStates*>(this)->find(number);
    }
    size_t size() const { return slots_.size() - free_.size(); }
    // All numbers are below.
    uint32_t numbers() const { return static_cast<uint32_t>(slot_of_.size()); }

  private:
    static constexpr uint32_t kNone = UINT32_MAX;

    std::deque<ZoneState> slots_;
    std::vector<uint32_t> slot_of_;  // by number
    std::vector<uint32_t> free_;
    std::set<std::string, std::less<>> folders_;
};

}  // namespace server
