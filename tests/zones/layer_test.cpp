#include "zones/layer.h"

#include <doctest/doctest.h>

#include "tests/reference/name.h"

namespace apex_tests {

namespace {

std::string relative(const char* text) {
    std::string wire = reference::to_wire(reference::from_text(text));
    wire.pop_back();  // no root label
    return wire;
}

dns::NameView view(const std::string& wire) {
    return {reinterpret_cast<const uint8_t*>(wire.data()), wire.size()};
}

std::shared_ptr<const zones::LayerNode> node(const char* text, uint64_t hash, uint8_t facts = 0) {
    std::string name = relative(text);
    auto made = std::make_shared<zones::LayerNode>(hash, zones::node_size(view(name), {}), 0);
    auto* head = zones::write_node(made->octets(), view(name), {});
    head->facts = facts;
    return made;
}

std::string text_of(const zones::LayerNode* found) {
    return found ? reference::to_text(reference::from_wire(found->view().name())) : "none";
}

}  // namespace

TEST_CASE("a layer finds by hash and name, whatever the case") {
    zones::Layer layer;
    CHECK(layer.empty());
    layer.put(node("www.a.", 1));
    layer.put(node("ftp.a.", 1));  // the same hash
    CHECK(layer.size() == 2);
    CHECK(text_of(layer.find(1, view(relative("WWW.A.")))) == "www.a.");
    CHECK(text_of(layer.find(1, view(relative("ftp.a.")))) == "ftp.a.");
    CHECK(layer.find(2, view(relative("www.a."))) == nullptr);
    CHECK(layer.find(1, view(relative("mail.a."))) == nullptr);
}

TEST_CASE("a layer's neighbours are names that are there") {
    zones::Layer layer;
    layer.put(node("a.", 1));
    layer.put(node("b.", 2, zones::fact::removed));
    layer.put(node("c.b.", 3, zones::fact::removed));
    layer.put(node("d.", 4));
    CHECK(text_of(layer.at_or_before(view(relative("c.")))) == "a.");
    CHECK(text_of(layer.at_or_before(view(relative("b.")))) == "a.");
    CHECK(text_of(layer.at_or_before(view(relative("x.d.")))) == "d.");
    CHECK(text_of(layer.at_or_before(view(relative("0.")))) == "none");
    size_t shown = 0;
    for (auto at = layer.in_order(); at; at.next()) ++shown;
    CHECK(shown == 4);  // removed names are shown: who walks has to leave them out of the base
}

TEST_CASE("a layer's version stays as it was") {
    zones::Layer before;
    before.put(node("a.", 1));
    zones::Layer after = before;
    after.put(node("a.", 1, zones::fact::removed));
    after.put(node("b.", 2));
    CHECK(before.size() == 1);
    CHECK_FALSE(before.find(1, view(relative("a.")))->view().has(zones::fact::removed));
    CHECK(before.find(2, view(relative("b."))) == nullptr);
    CHECK(after.size() == 2);
    CHECK(after.find(1, view(relative("a.")))->view().has(zones::fact::removed));
}

}  // namespace apex_tests
