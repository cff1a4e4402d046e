#include "server/answer/view_reach.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace apex_tests {

namespace {

using Texts = std::vector<std::string>;
const std::optional<Texts> kAll;

server::NetworkList list(const Texts& texts) {
    std::vector<server::Network> networks;
    for (const std::string& text : texts) networks.push_back(*server::read_network(text));
    return server::NetworkList(std::move(networks));
}

struct Views {
    std::vector<std::shared_ptr<const server::View>> all;

    Views& add(const std::optional<Texts>& clients,
               const std::optional<Texts>& destinations = std::nullopt,
               std::optional<std::vector<server::KeyNumber>> keys = std::nullopt) {
        auto view = std::make_shared<server::View>();
        if (clients) view->clients = list(*clients);
        if (destinations) view->destinations = list(*destinations);
        view->keys = std::move(keys);
        all.push_back(std::move(view));
        return *this;
    }
    // For each view "-" if it answers nobody, and "network<view" for each that is in vain.
    std::string in_vain() const {
        std::string text;
        for (const server::ViewReach& reach : server::reach_of(all)) {
            if (!text.empty()) text += " ";
            text += reach.answers ? "+" : "-";
            for (const auto& each : reach.shadowed)
                text += std::to_string(each.network) + "<" + std::to_string(each.by);
        }
        return text;
    }
};

}  // namespace

TEST_CASE("view reach: networks that earlier views take away") {
    CHECK(Views()
              .add(Texts{"10.0.0.0/8"})
              .add(Texts{"10.1.0.0/16", "11.0.0.0/8"})
              .add(kAll)
              .in_vain() == "+ +0<0 +");
    CHECK(Views().add(Texts{"10.0.0.0/8", "!10.1.2.0/24"}).add(Texts{"10.1.0.0/16"}).in_vain() ==
          "+ +");
    // Two views together, and neighbours that make one network.
    CHECK(Views()
              .add(Texts{"10.0.0.0/9"})
              .add(Texts{"10.128.0.0/9"})
              .add(Texts{"10.0.0.0/8", "::1"})
              .in_vain() == "+ + +0<0");
    CHECK(Views().add(Texts{"10.0.0.0/8"}).add(Texts{"10.0.0.0/8"}).add(kAll).in_vain() ==
          "+ -0<0 +");
    CHECK(Views().add(kAll).add(kAll).in_vain() == "+ -");
    CHECK(Views().add(Texts{"0.0.0.0/0"}).add(Texts{"::/0"}).add(kAll).in_vain() == "+ + -");
    CHECK(Views().add(Texts{"none"}).add(kAll).in_vain() == "- +");
    // What its own ! takes out is nobody else's doing.
    CHECK(Views()
              .add(Texts{"10.0.0.0/8"})
              .add(Texts{"12.0.0.0/8", "12.0.0.1", "!12.0.0.1"})
              .in_vain() == "+ +");
}

TEST_CASE("view reach: other lists must be the same, or none") {
    const Texts network{"10.0.0.0/8"}, to{"127.0.0.1"}, other{"127.0.0.2"};
    CHECK(Views().add(network, to).add(network).in_vain() == "+ +");
    CHECK(Views().add(network, to).add(network, other).in_vain() == "+ +");
    CHECK(Views().add(network, to).add(network, to).in_vain() == "+ -0<0");
    CHECK(Views().add(network).add(network, to).in_vain() == "+ -0<0");
    CHECK(Views().add(network, to, {{1}}).add(network, to).in_vain() == "+ +");
    CHECK(Views().add(network, kAll, {{1}}).add(network, kAll, {{1}}).in_vain() == "+ -0<0");
    CHECK(Views().add(network, to).add(kAll).add(network, to).in_vain() == "+ + -0<0");
}

}  // namespace apex_tests
