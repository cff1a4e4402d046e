// apex print: a zone in canonical order, one record on a line.
#include "dns/rdata_text.h"
#include "server/cli/zone_call.h"
#include "server/cli/zone_lines.h"
#include "server/control/json_writer.h"

namespace server {

namespace {

class ZonePrinter {
  public:
    ZonePrinter(const zones::Zone& zone, const dns::Sources& sources, Output& out, bool json)
        : zone_(zone), sources_(sources), out_(out), json_(json) {}

    void run() {
        for (zones::Zone::Cursor at(zone_); at && !out_.closed(); at.next()) print_name(*at);
    }

  private:
    void print_name(const zones::NodeView& node) {
        if (node.is_empty()) return;
        owner_ = dns::to_text(zone_.absolute(node.name()));
        sort_for_print(node, rrsets_);
        for (const zones::RrsetView& rrset : rrsets_) {
            size_t index = 0;
            for (zones::RecordView record : rrset) {
                if (json_)
                    print_json(record, rrset.place(index++));
                else
                    append_record_line(out_.buffer(), owner_, record);
            }
        }
        out_.write("");
    }

    void print_json(const zones::RecordView& record, dns::Place place) {
        JsonWriter json(out_.buffer());
        json.begin_object().member("name", owner_).member("ttl", record.ttl());
        json.member("class", "IN").member("type", dns::type_text(record.type()));
        json.member("rdata", dns::rdata_text(record.type(), record.rdata()));
        if (place.known()) {
            const dns::Source& source = sources_.at(place.source());
            bool step = source.kind == dns::SourceKind::generate;
            dns::Place at = step ? source.from : place;
            json.member("file", sources_.at(at.source()).name).member("line", at.line());
            if (step) json.member("generate_step", place.line());
        }
        json.end_object();
        out_.buffer() += '\n';
    }

    const zones::Zone& zone_;
    const dns::Sources& sources_;
    Output& out_;
    bool json_;
    std::string owner_;
    std::vector<zones::RrsetView> rrsets_;
};

}  // namespace

int run_print(World& world, const Call& call) {
    auto read = read_zone_call(world, call, "print", "apex print example.com example.com.zone",
                               world.errors_is_terminal);
    if (!read.ok()) return call_at_fault(world, "print", read.fault());
    int exit_code = kGood;
    auto zone = load_served(world, "print", read.value(), exit_code);
    if (zone != nullptr)
        ZonePrinter(*zone->loaded.zone, zone->sources, world.out, call.has("json")).run();
    return exit_code;
}

}  // namespace server
