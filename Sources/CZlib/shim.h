// zlib: decompression of gzip files and CRC-32.
#include <zlib.h>
