module bindery.test/connect

go 1.21

require github.com/aliyun/ossutil v1.7.19
