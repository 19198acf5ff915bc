// MPI as Swift sees it: plain functions over one opaque handle.
//
// mpi.h itself stays inside CMPI.c. Its constants are macros that Swift cannot import, and its
// handles are integers in MPICH but pointers in Open MPI; here they look the same everywhere.
// Every function that returns an int returns the MPI error code, zero for success.
#pragma once
#include <stdint.h>

#pragma clang assume_nonnull begin

/// An MPI communicator.
typedef struct { uintptr_t bits; } CMPIComm;

/// The types of numbers that can be summed.
typedef enum {
    CMPI_UINT8, CMPI_INT16, CMPI_INT32, CMPI_INT64, CMPI_FLOAT, CMPI_DOUBLE
} CMPIType;

/// The group of all ranks.
CMPIComm cmpi_world(void);

/// Starts MPI for calls from one thread at a time.
///
/// MPI then returns errors instead of ending the job. `granted` receives the thread level that MPI
/// grants, 0 (single) to 3 (multiple). Fails if MPI does not even allow calls from the main thread.
int cmpi_init(int *granted);
int cmpi_finalize(void);

/// The thread level that MPI has granted, as `cmpi_init` returned it.
int cmpi_thread_level(void);

/// Ends the whole job. Does not return.
_Noreturn void cmpi_abort(int status);

/// The calls in which a rank waits for others, and the exchange through shared memory.
typedef enum {
    CMPI_NO_CALL, CMPI_BARRIER, CMPI_ALLREDUCE, CMPI_BROADCAST, CMPI_GATHER, CMPI_ALLGATHER,
    CMPI_REDUCE_SCATTER, CMPI_NEW_GROUP, CMPI_EXCHANGE, CMPI_SHARING, CMPI_FINALIZE,
    CMPI_START
} CMPICall;

/// The call that is under way on any thread of this process. Any thread may ask, at any time.
CMPICall cmpi_call_under_way(void);

/// How many calls have begun in this process; likewise.
uint64_t cmpi_calls_begun(void);

int cmpi_rank(CMPIComm comm, int *rank);
int cmpi_size(CMPIComm comm, int *size);

/// Makes a group of the same ranks.
///
/// Its messages do not mix with those of the first group.
int cmpi_duplicate(CMPIComm comm, CMPIComm *copy);

/// Makes one group of the ranks that give the same color, in the order of their keys.
int cmpi_split(CMPIComm comm, int color, int key, CMPIComm *part);

/// Makes one group for each host, of the ranks that share its memory.
int cmpi_split_by_host(CMPIComm comm, CMPIComm *part);
int cmpi_free(CMPIComm comm);
int cmpi_barrier(CMPIComm comm);

/// Says that this process waits for another one in shared memory, and that it does so no more.
void cmpi_begin_sharing(void);
void cmpi_end_sharing(void);

/// Lets messages that are under way go on, and other processes have the core if they wait for it.
int cmpi_let_messages_pass(CMPIComm comm);

/// Replaces `count` numbers on every rank by their sums over all ranks.
int cmpi_sum(CMPIComm comm, void *_Nullable values, int count, CMPIType type);

/// Replaces `count` numbers on every rank by their elementwise smallest of all ranks.
int cmpi_min(CMPIComm comm, int64_t *_Nullable values, int count);

/// Copies bytes from the rank `root` to all.
int cmpi_broadcast(CMPIComm comm, void *_Nullable bytes, int count, int root);

/// Collects `count` bytes of each rank on rank 0, in the order of ranks.
///
/// `counts` and `starts` say where they go in `all`. These three matter on rank 0 only.
int cmpi_gather(
    CMPIComm comm, const void *_Nullable bytes, int count, void *_Nullable all,
    const int *_Nullable counts, const int *_Nullable starts);

/// Copies the bytes of each rank, which lie in its place of `bytes`, to all ranks.
int cmpi_bring_together(
    CMPIComm comm, void *bytes, const int *counts, const int *starts);

/// Adds up numbers of all ranks; each rank receives the sums of its part.
///
/// `counts` says how many numbers each rank receives, one part after the other.
int cmpi_sum_ranges(
    CMPIComm comm, const int32_t *values, int32_t *_Nullable sums, const int *counts);

/// Gives each rank its part of the words, and receives a part of each.
///
/// `counts` and `starts` say how many words go to each rank, and where they begin.
int cmpi_exchange_words(
    CMPIComm comm, const int16_t *words, const int *counts, const int *starts, int16_t *received,
    const int *received_counts, const int *received_starts);

/// Writes the message of an error code, at most `capacity` bytes with the final zero.
void cmpi_error_message(int code, char *text, int capacity);

/// Writes the name of this host, likewise.
void cmpi_host_name(char *text, int capacity);

/// Writes the name and version of the MPI library, likewise. May be called before `cmpi_init`.
void cmpi_library_version(char *text, int capacity);

#pragma clang assume_nonnull end
