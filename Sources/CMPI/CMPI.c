#include "CMPI.h"

#include <mpi.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert(sizeof(MPI_Comm) <= sizeof(uintptr_t), "a communicator fits in CMPIComm");

static MPI_Comm raw(CMPIComm comm) { return (MPI_Comm)comm.bits; }
static CMPIComm wrapped(MPI_Comm comm) { return (CMPIComm){(uintptr_t)comm}; }

static MPI_Datatype datatype(CMPIType type) {
    switch (type) {
    case CMPI_UINT8: return MPI_UINT8_T;
    case CMPI_INT16: return MPI_INT16_T;
    case CMPI_INT32: return MPI_INT32_T;
    case CMPI_INT64: return MPI_INT64_T;
    case CMPI_FLOAT: return MPI_FLOAT;
    case CMPI_DOUBLE: return MPI_DOUBLE;
    }
    return MPI_DATATYPE_NULL;
}

/// For another thread that looks on; it needs no order with other memory.
static _Atomic int under_way = CMPI_NO_CALL;
static _Atomic uint64_t begun = 0;

CMPICall cmpi_call_under_way(void) {
    return (CMPICall)atomic_load_explicit(&under_way, memory_order_relaxed);
}

uint64_t cmpi_calls_begun(void) { return atomic_load_explicit(&begun, memory_order_relaxed); }

static void begin(CMPICall call) {
    atomic_fetch_add_explicit(&begun, 1, memory_order_relaxed);
    atomic_store_explicit(&under_way, call, memory_order_relaxed);
}

/// Returns the code of a call that has ended.
static int end(int code) {
    atomic_store_explicit(&under_way, CMPI_NO_CALL, memory_order_relaxed);
    return code;
}

CMPIComm cmpi_world(void) { return wrapped(MPI_COMM_WORLD); }

static int level(int provided) {
    return provided == MPI_THREAD_MULTIPLE     ? 3
           : provided == MPI_THREAD_SERIALIZED ? 2
           : provided == MPI_THREAD_FUNNELED   ? 1
                                               : 0;
}

int cmpi_init(int *granted) {
    int provided;
    begin(CMPI_START);
    int code = end(MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided));
    if (code) return code;
    *granted = level(provided);
    if (provided < MPI_THREAD_FUNNELED) return MPI_ERR_OTHER;
    return MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

int cmpi_finalize(void) {
    begin(CMPI_FINALIZE);
    return end(MPI_Finalize());
}

void cmpi_abort(int status) {
    MPI_Abort(MPI_COMM_WORLD, status);
    exit(status);
}

int cmpi_rank(CMPIComm comm, int *rank) { return MPI_Comm_rank(raw(comm), rank); }
int cmpi_size(CMPIComm comm, int *size) { return MPI_Comm_size(raw(comm), size); }

int cmpi_split_by_host(CMPIComm comm, CMPIComm *part) {
    MPI_Comm new;
    begin(CMPI_NEW_GROUP);
    int code = end(MPI_Comm_split_type(raw(comm), MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &new));
    if (!code) *part = wrapped(new);
    return code;
}

int cmpi_split(CMPIComm comm, int color, int key, CMPIComm *part) {
    MPI_Comm new;
    begin(CMPI_NEW_GROUP);
    int code = end(MPI_Comm_split(raw(comm), color, key, &new));
    if (!code) *part = wrapped(new);
    return code;
}

int cmpi_duplicate(CMPIComm comm, CMPIComm *copy) {
    MPI_Comm new;
    begin(CMPI_NEW_GROUP);
    int code = end(MPI_Comm_dup(raw(comm), &new));
    if (!code) *copy = wrapped(new);
    return code;
}

int cmpi_thread_level(void) {
    int provided;
    if (MPI_Query_thread(&provided)) return 0;
    return level(provided);
}

int cmpi_free(CMPIComm comm) {
    MPI_Comm handle = raw(comm);
    return MPI_Comm_free(&handle);
}

int cmpi_barrier(CMPIComm comm) {
    begin(CMPI_BARRIER);
    return end(MPI_Barrier(raw(comm)));
}

void cmpi_begin_sharing(void) { begin(CMPI_SHARING); }

void cmpi_end_sharing(void) { end(0); }

int cmpi_let_messages_pass(CMPIComm comm) {
    int is_there;
    int code = MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, raw(comm), &is_there, MPI_STATUS_IGNORE);
    sched_yield();
    return code;
}

int cmpi_sum(CMPIComm comm, void *values, int count, CMPIType type) {
    begin(CMPI_ALLREDUCE);
    return end(MPI_Allreduce(MPI_IN_PLACE, values, count, datatype(type), MPI_SUM, raw(comm)));
}

int cmpi_min(CMPIComm comm, int64_t *values, int count) {
    begin(CMPI_ALLREDUCE);
    return end(MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_INT64_T, MPI_MIN, raw(comm)));
}

int cmpi_broadcast(CMPIComm comm, void *bytes, int count, int root) {
    begin(CMPI_BROADCAST);
    return end(MPI_Bcast(bytes, count, MPI_BYTE, root, raw(comm)));
}

int cmpi_bring_together(CMPIComm comm, void *bytes, const int *counts, const int *starts) {
    begin(CMPI_ALLGATHER);
    return end(MPI_Allgatherv(
        MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, bytes, counts, starts, MPI_BYTE, raw(comm)));
}

int cmpi_sum_ranges(
    CMPIComm comm, const int32_t *values, int32_t *sums, const int *counts) {
    begin(CMPI_REDUCE_SCATTER);
    return end(MPI_Reduce_scatter(values, sums, counts, MPI_INT32_T, MPI_SUM, raw(comm)));
}

int cmpi_exchange_words(
    CMPIComm comm, const int16_t *words, const int *counts, const int *starts, int16_t *received,
    const int *received_counts, const int *received_starts) {
    begin(CMPI_EXCHANGE);
    return end(MPI_Alltoallv(
        words, counts, starts, MPI_INT16_T, received, received_counts, received_starts,
        MPI_INT16_T, raw(comm)));
}

int cmpi_gather(
    CMPIComm comm, const void *bytes, int count, void *all, const int *counts, const int *starts) {
    begin(CMPI_GATHER);
    return end(MPI_Gatherv(bytes, count, MPI_BYTE, all, counts, starts, MPI_BYTE, 0, raw(comm)));
}

void cmpi_error_message(int code, char *text, int capacity) {
    char message[MPI_MAX_ERROR_STRING];
    int length;
    MPI_Error_string(code, message, &length);
    snprintf(text, (size_t)capacity, "%s", message);
}

void cmpi_host_name(char *text, int capacity) {
    char name[MPI_MAX_PROCESSOR_NAME];
    int length;
    MPI_Get_processor_name(name, &length);
    snprintf(text, (size_t)capacity, "%s", name);
}

void cmpi_library_version(char *text, int capacity) {
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Get_library_version(version, &length);
    snprintf(text, (size_t)capacity, "%s", version);
}
