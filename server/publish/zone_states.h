// What the publisher knows of each zone besides what is served: small, since there may be a
// million.
//
//   number ---> slot ---> { served, file and its mark, choices }  + rare: included files, refusals
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
#include "server/publish/zone_loading.h"

namespace server {

struct ZoneState {
    // What few zones have.
    struct Rare {
        std::vector<IncludedFile> included;
        std::string refused;        // why the file as it is now is not served
        std::string template_name;  // of a zone that was added
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
    bool added = false;   // by `apex ctl zone add`
    bool listed = false;  // seen in the configuration that is being taken over

    std::string path() const { return *folder + file.get(); }
    Rare& rare_facts();
    bool is_refused() const { return rare != nullptr && !rare->refused.empty(); }
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
