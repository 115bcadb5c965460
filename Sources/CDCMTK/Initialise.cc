#include "Association.h"

#include "dcmtk/oflog/appender.h"
#include "dcmtk/oflog/oflog.h"
#include "dcmtk/oflog/spi/logevent.h"

#include <cstdlib>

namespace {

cdcmtk_log_function logFunction = nullptr;

/// Hands DCMTK's messages to the caller instead of writing them to standard error.
class CallerAppender : public dcmtk::log4cplus::Appender {
public:
    ~CallerAppender() override { destructorImpl(); }
    void close() override { closed = true; }

protected:
    void append(const dcmtk::log4cplus::spi::InternalLoggingEvent &event) override {
        if (logFunction) logFunction(static_cast<int>(event.getLogLevel() / 1000), event.getMessage().c_str());
    }
};

void prepare(cdcmtk_log_function log) {
    logFunction = log;
    // Read by DCMTK at each connection; off by default, which costs 40 ms a message (two small writes per PDU).
    ::setenv("TCP_NODELAY", "1", 1);
    ::unsetenv("TCP_BUFFER_LENGTH");
    // A reverse DNS look-up would happen in the accepting thread.
    dcmDisableGethostbyaddr.set(OFTrue);
    // DEBUG and below print whole messages; WARN and above speak of the transport only.
    OFLog::configure(OFLogger::WARN_LOG_LEVEL);
    dcmtk::log4cplus::Logger root = dcmtk::log4cplus::Logger::getRoot();
    root.removeAllAppenders();
    root.addAppender(dcmtk::log4cplus::SharedAppenderPtr(new CallerAppender));
}

}  // namespace

void cdcmtk_initialise(cdcmtk_log_function log) {
    static std::once_flag once;
    try {
        std::call_once(once, prepare, log);
    } catch (...) {
        if (log) log(40, "DCMTK could not be prepared");
    }
}
