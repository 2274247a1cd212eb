#pragma once
#include <sys/epoll.h>
#include <iconv.h>
