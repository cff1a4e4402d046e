#include "server/control/control_server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

#include "server/publish/disk_files.h"

namespace server {

namespace asio = net::asio;
using net::error_code;
using Protocol = asio::local::stream_protocol;
using Socket = asio::basic_stream_socket<Protocol, net::Executor>;
using Acceptor = asio::basic_socket_acceptor<Protocol, net::Executor>;

namespace {

constexpr std::chrono::milliseconds kPause{100};

// The mode of the socket says it already, but for folders that were made by hand.
bool is_one_of_us(int descriptor) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return peer.uid == 0 || peer.uid == ::geteuid();
}

}  // namespace

SocketPath::SocketPath(const std::string& path) : text_(path) {
    if (path.size() < sizeof sockaddr_un::sun_path) return;
    size_t slash = path.rfind('/');
    if (slash == std::string::npos) return;
    folder_ = ::open(path.substr(0, slash + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder_ >= 0) text_ = "/proc/self/fd/" + std::to_string(folder_) + path.substr(slash);
}

SocketPath::~SocketPath() {
    if (folder_ >= 0) ::close(folder_);
}

std::string reply_body(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        size_t end = std::min(text.find('\n'), text.size());
        out += ' ';
        out += text.substr(0, end);
        out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string reply_end(const ControlReply& reply) {
    auto line = [](const char* word, std::string text) {
        for (char& c : text)
            if (c == '\n' || c == '\r') c = ' ';
        return text.empty() ? "" : std::string(word) + text + "\n";
    };
    return line("fault ", reply.fault) + line("hint ", reply.hint) + "exit " +
           std::to_string(reply.exit_code) + "\n";
}

struct ControlServer::Shared {
    Shared(asio::io_context& io, ControlFunction function, ControlSettings settings)
        : io(io), function(std::move(function)), settings(settings), acceptor(io), pause(io) {}

    asio::io_context& io;
    ControlFunction function;
    ControlSettings settings;
    Acceptor acceptor;
    net::Timer pause;
    std::string path;
    size_t sessions = 0;
    size_t handling = 0;
    bool closed = false;
    bool accepting = false;
};

class ControlServer::Session : public std::enable_shared_from_this<Session> {
  public:
    Session(Socket socket, std::shared_ptr<Shared> shared, std::function<void()> ended)
        : shared_(std::move(shared)),
          ended_(std::move(ended)),
          socket_(std::move(socket)),
          deadline_(socket_.get_executor()) {
        ++shared_->sessions;
    }
    ~Session() {
        --shared_->sessions;
        if (handling_) --shared_->handling;
        ended_();
    }

    void read();

  private:
    void handle(const std::string& line);
    void receive(ControlReply reply);
    void write();
    void written();
    void guard(std::chrono::nanoseconds time);
    void end();

    std::shared_ptr<Shared> shared_;
    std::function<void()> ended_;
    Socket socket_;
    net::Timer deadline_;
    bool handling_ = false;
    bool finish_ = false;   // after this reply
    uint64_t guarded_ = 0;  // steps that had a deadline: an old timer is not for a new step
    LineReader lines_{kLongestRequest};
    std::array<char, 4096> input_{};
    std::string output_;
    ControlReply reply_;
};

void ControlServer::Session::guard(std::chrono::nanoseconds time) {
    deadline_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(time));
    deadline_.async_wait([self = shared_from_this(), step = ++guarded_](const error_code& error) {
        if (!error && step == self->guarded_) self->end();
    });
}

// The next request: out of what was received, or from the socket.
void ControlServer::Session::read() {
    std::string line;
    LineReader::Next next = lines_.next(line);
    if (next == LineReader::Next::line) return handle(line);
    if (next == LineReader::Next::too_long) {
        finish_ = true;
        receive({2, "the request is longer than " + std::to_string(kLongestRequest) + " octets", "",
                 "", nullptr});
        return;
    }
    guard(shared_->settings.request);
    socket_.async_read_some(asio::buffer(input_),
                            [self = shared_from_this()](const error_code& error, size_t size) {
                                if (error) return self->end();
                                self->lines_.take({self->input_.data(), size});
                                self->read();
                            });
}

void ControlServer::Session::handle(const std::string& line) {
    ++guarded_;
    deadline_.cancel();
    handling_ = true;
    ++shared_->handling;
    auto request = read_request(line);
    if (!request.ok())
        return receive({2, request.fault().sentence, request.fault().hint, "", nullptr});
    auto reply = [self = shared_from_this()](ControlReply made) {
        asio::post(self->shared_->io,
                   [self, made = std::move(made)]() mutable { self->receive(std::move(made)); });
    };
    shared_->function(request.value(), std::move(reply));
}

void ControlServer::Session::receive(ControlReply reply) {
    reply_ = std::move(reply);
    output_ = reply_body(reply_.text);
    if (!reply_.more) output_ += reply_end(reply_);
    write();
}

void ControlServer::Session::write() {
    guard(shared_->settings.output);
    asio::async_write(socket_, asio::buffer(output_),
                      [self = shared_from_this()](const error_code& error, size_t) {
                          if (error) return self->end();
                          self->written();
                      });
}

void ControlServer::Session::written() {
    if (!reply_.more) {
        reply_ = {};
        if (handling_) --shared_->handling;
        handling_ = false;
        std::string().swap(output_);
        return shared_->closed || finish_ ? end() : read();
    }
    std::string block = reply_.more();
    output_ = reply_body(block);
    if (block.empty()) {
        reply_.more = nullptr;
        output_ = reply_end(reply_);
    }
    write();
}

void ControlServer::Session::end() {
    error_code ignored;
    deadline_.cancel();
    socket_.close(ignored);
}

ControlServer::ControlServer(asio::io_context& io, ControlFunction function,
                             ControlSettings settings)
    : shared_(std::make_shared<Shared>(io, std::move(function), settings)) {}

ControlServer::~ControlServer() {
    close();
}

dns::Result<void> ControlServer::open(const std::string& path) {
    auto fault = [&](int error) {
        return dns::Fault{"cannot make the control socket '" + path +
                          "': " + system_fault(error).sentence};
    };
    int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) return fault(errno);
    Descriptor socket(made);
    ::unlink(path.c_str());
    // The mode of the socket before it has a name is the mode of the file.
    if (::fchmod(made, 0600) != 0) return fault(errno);
    SocketPath way(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (way.text().size() >= sizeof address.sun_path) return fault(ENAMETOOLONG);
    way.text().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(made, 16) != 0)
        return fault(errno);
    int taken = ::fcntl(made, F_DUPFD_CLOEXEC, 3);
    if (taken < 0) return fault(errno);
    error_code error;
    shared_->acceptor.assign(Protocol(), taken, error);
    if (error) return fault(error.value());
    shared_->path = path;
    accept();
    return {};
}

void ControlServer::accept() {
    if (shared_->closed || shared_->accepting || shared_->sessions >= shared_->settings.sessions)
        return;
    shared_->accepting = true;
    shared_->acceptor.async_accept(
        [this, shared = shared_](const error_code& error, Socket socket) {
            shared->accepting = false;
            if (shared->closed) return;
            if (error) return pause();
            if (is_one_of_us(socket.native_handle())) {
                auto ended = [this, shared] {
                    if (!shared->closed) accept();
                };
                std::make_shared<Session>(std::move(socket), shared, ended)->read();
            }
            accept();
        });
}

// Without a free descriptor, accepting would fail again and again at once.
void ControlServer::pause() {
    shared_->accepting = true;
    shared_->pause.expires_after(kPause);
    shared_->pause.async_wait([this, shared = shared_](const error_code&) {
        shared->accepting = false;
        if (!shared->closed) accept();
    });
}

void ControlServer::close() {
    if (shared_->closed) return;
    shared_->closed = true;
    error_code ignored;
    shared_->acceptor.close(ignored);
    shared_->pause.cancel();
    if (!shared_->path.empty()) ::unlink(shared_->path.c_str());
}

bool ControlServer::busy() const {
    return shared_->handling > 0;
}

}  // namespace server
