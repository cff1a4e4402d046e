// The view that is chosen by one look-up is the first whose lists all hold.
#include <doctest/doctest.h>

#include "server/answer/view_choice.h"
#include "tests/properties/property.h"
#include "tests/properties/random_views.h"

namespace apex_tests {

namespace {

Complaint chooses_right(RandomViews& views, Random& random, size_t pairs) {
    server::Set set;
    set.views = views.views();
    set.choice = server::make_view_choice(set.views);
    for (size_t i = 0; i < pairs; ++i) {
        server::Client client;
        client.address = views.address();
        client.local = views.address();
        const server::KeyNumber key = random.one_in(2) ? server::KeyNumber{0} : views.key();
        const size_t wanted = views.answering(client, key);
        const size_t chosen = server::choose_view(set, client, key);
        if (chosen == wanted) continue;
        return "from " + to_text(client.address) + " to " + to_text(client.local) + ", key " +
               std::to_string(key) + ": view " + std::to_string(chosen) + ", not " +
               std::to_string(wanted) + "\n" + views.text();
    }
    return "";
}

}  // namespace

// 200,000 pairs of views and clients; ten million in a long run.
TEST_CASE("the choice of a view") {
    const size_t pairs = property_settings().long_run ? 1000 : 200;
    for_all("few views", 900, [&](Random& random) {
        RandomViews views(random, random.between(1, 8), random.between(1, 10));
        return chooses_right(views, random, pairs);
    });
    for_all("many views", 70, [&](Random& random) {
        RandomViews views(random, random.between(60, 200), random.between(1, 10));
        return chooses_right(views, random, pairs);
    });
    for_all("many networks", 30, [&](Random& random) {
        RandomViews views(random, random.between(1, 4), random.between(100, 5000));
        return chooses_right(views, random, pairs);
    });
}

}  // namespace apex_tests
