#include "server/control/which_view.h"

#include "server/control/json_writer.h"
#include "server/control/visible_text.h"
#include "zoneparser/fields.h"

namespace server {

namespace {

constexpr int kInputFault = 1;

class Which {
  public:
    Which(const ControlRequest& request, const Set& set, const Publisher& publisher,
          const Totals& totals)
        : request_(request), set_(set), publisher_(publisher), totals_(totals) {}

    ControlReply run() {
        for (const std::string& word : request_.operands)
            if (!take(word)) return std::move(reply_);
        if (!has_client_) read_address("127.0.0.1", client_.address);
        if (!has_destination_)
            read_address(client_.address.is_v4() ? "127.0.0.1" : "::1", client_.local);
        const size_t number = choose_view(set_, client_, key_);
        if (number >= set_.views.size()) {
            fail("no view answers " + to_text(client_.address) + ": all that it asks is REFUSED");
            return std::move(reply_);
        }
        const View& view = *set_.views[number];
        // Who asks for zones alone gets them alone.
        if (names_.empty() || has_client_ || has_destination_ || key_ != 0) tell_view(view);
        if (!names_.empty() && !request_.json) reply_.text += zones_heading();
        for (const dns::Name& name : names_) tell_zone(view, name);
        return std::move(reply_);
    }

  private:
    bool fail(const std::string& sentence) {
        if (reply_.exit_code != 0) return false;  // the first one is told
        reply_.exit_code = kInputFault;
        reply_.fault = sentence;
        return false;
    }

    bool take(const std::string& word) {
        constexpr std::string_view kDestination = "--destination=", kKey = "--key=",
                                   kClient = "--client=";
        if (word.starts_with(kDestination))
            return take_address(word.substr(kDestination.size()), client_.local, has_destination_);
        if (word.starts_with(kClient))
            return take_address(word.substr(kClient.size()), client_.address, has_client_);
        if (word.starts_with(kKey)) return take_key(word.substr(kKey.size()));
        Address address;
        if (read_address(word, address)) return take_address(word, client_.address, has_client_);
        return take_name(word);
    }

    bool take_address(const std::string& text, Address& out, bool& given) {
        if (given) return fail("'" + text + "' is one address too many");
        given = true;
        return read_address(text, out) || fail("'" + text + "' is no address");
    }

    bool take_key(const std::string& text) {
        dns::Name name;
        std::string reason;
        if (!zoneparser::parse_name(text, name, reason))
            return fail("'" + text + "' is no key's name: " + reason);
        const size_t place = set_.keys != nullptr ? set_.keys->find(name) : 0;
        if (set_.keys == nullptr || place == set_.keys->size())
            return fail("the server has no key '" + text + "'");
        key_ = static_cast<KeyNumber>(place + 1);
        return true;
    }

    bool take_name(const std::string& text) {
        std::string reason;
        if (zoneparser::parse_name(text, names_.emplace_back(), reason)) return true;
        return fail("'" + text + "' is neither a name nor an address: " + reason);
    }

    // The network of a list that holds the address, "" where there is no list or it has only those
    // that hold others.
    static std::string network_of(const std::optional<NetworkList>& list, const Address& address) {
        const Network* network = list ? list->closest(address) : nullptr;
        return network == nullptr ? "" : to_text(*network);
    }

    void tell_view(const View& view) {
        const std::string clients = network_of(view.clients, client_.address);
        const std::string destinations = network_of(view.destinations, client_.local);
        const std::string key = view.keys ? dns::to_text((*set_.keys)[key_ - size_t{1}].name) : "";
        if (request_.json) {
            JsonWriter writer(reply_.text);
            writer.begin_object().member("client", to_text(client_.address));
            writer.member("destination", to_text(client_.local)).member("view", view.name);
            if (!clients.empty()) writer.member("client-network", clients);
            if (!destinations.empty()) writer.member("destination-network", destinations);
            if (!key.empty()) writer.member("key", key);
            writer.end_object();
        } else {
            reply_.text +=
                to_text(client_.address) + " is answered by view '" + visible(view.name) + "'";
            const char* between = ": ";
            for (const auto& [text, what] :
                 {std::pair(clients, "client of "), std::pair(destinations, "destination in "),
                  std::pair(key, "key ")}) {
                if (text.empty()) continue;
                reply_.text += between + (what + text);
                between = ", ";
            }
        }
        reply_.text += "\n";
    }

    void tell_zone(const View& view, const dns::Name& name) {
        const ServedZone* zone = view.zones.find_longest(name);
        if (zone == nullptr) {
            fail("no zone of view '" + view.name + "' covers '" + dns::to_text(name) +
                 "': it is REFUSED");
            return;
        }
        std::optional<ZoneStatus> status = publisher_.zone(zone->number());
        if (!status) {
            fail("the zone was removed a moment ago");
            return;
        }
        ZoneLine line{*std::move(status), view.name, 0};
        if (zone->number() < totals_.zones.size()) line.queries = totals_.zones[zone->number()];
        reply_.text += request_.json ? zone_json(line) : zone_text(line);
    }

    const ControlRequest& request_;
    const Set& set_;
    const Publisher& publisher_;
    const Totals& totals_;
    ControlReply reply_;
    Client client_;
    bool has_client_ = false, has_destination_ = false;
    KeyNumber key_ = 0;
    std::vector<dns::Name> names_;
};

}  // namespace

ControlReply which_view(const ControlRequest& request, const Set& set, const Publisher& publisher,
                        const Totals& totals) {
    return Which(request, set, publisher, totals).run();
}

}  // namespace server
