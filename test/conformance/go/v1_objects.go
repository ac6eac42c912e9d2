package main

import (
	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// Settings of buckets that the second SDK does not have.
var v1Objects = []check[v1]{
	{"limits of bandwidth and requests come back with defaults, and never exceed those of the whole", func(c v1) {
		must(c.client.GetUserQoSInfo())
		number := func(value int) *int { return &value }
		_, err := c.client.GetBucketQosInfo(c.name)
		v1Refused("NoSuchBucketQosInfo", err)
		check0(c.client.SetBucketQoSInfo(c.name, oss.BucketQoSConfiguration{TotalUploadBandwidth: number(5), IntranetUploadBandwidth: number(4)}))
		found := must(c.client.GetBucketQosInfo(c.name))
		equal([]int{*found.TotalUploadBandwidth, *found.IntranetUploadBandwidth, *found.ExtranetQPS}, []int{5, 4, -1})
		err = c.client.SetBucketQoSInfo(c.name, oss.BucketQoSConfiguration{TotalUploadBandwidth: number(3), IntranetUploadBandwidth: number(4)})
		v1Refused("InvalidArgument", err)
		check0(c.client.DeleteBucketQosInfo(c.name))
	}},
	{"answers leave out the headers that a bucket hides", func(c v1) {
		c.put("hidden", golden[1])
		rule := oss.ResponseHeaderRule{
			Name:        "name1",
			Filters:     oss.ResponseHeaderRuleFilters{Operation: []string{"Put", "GetObject"}},
			HideHeaders: oss.ResponseHeaderRuleHeaders{Header: []string{"Last-Modified"}},
		}
		check0(c.client.PutBucketResponseHeader(c.name, oss.PutBucketResponseHeader{Rule: []oss.ResponseHeaderRule{rule}}))
		found := must(c.client.GetBucketResponseHeader(c.name))
		equal([]any{found.Rule[0].Name, found.Rule[0].Filters.Operation, found.Rule[0].HideHeaders.Header}, []any{"name1", rule.Filters.Operation, rule.HideHeaders.Header})
		answer := must(c.bucket.DoGetObject(&oss.GetObjectRequest{ObjectKey: "hidden"}, nil))
		equal([]string{answer.Response.Headers.Get("Last-Modified"), answer.Response.Headers.Get("ETag")}, []string{"", quoted(golden[1])})
		check0(answer.Response.Body.Close())
		check0(c.client.DeleteBucketResponseHeader(c.name))
	}},
	{"a rule that mirrors comes back with the defaults that this SDK reads", func(c v1) {
		rule := oss.RoutingRule{
			RuleNumber: 1,
			Condition:  oss.Condition{HTTPErrorCodeReturnedEquals: 404},
			Redirect:   oss.Redirect{RedirectType: "Mirror", MirrorURL: "http://origin.example/"},
		}
		check0(c.client.SetBucketWebsiteDetail(c.name, oss.WebsiteXML{RoutingRules: []oss.RoutingRule{rule}}))
		redirect := must(c.client.GetBucketWebsite(c.name)).RoutingRules[0].Redirect
		equal([]bool{*redirect.PassQueryString, *redirect.MirrorPassQueryString, *redirect.MirrorFollowRedirect, *redirect.MirrorCheckMd5, *redirect.MirrorHeaders.PassAll},
			[]bool{false, false, true, false, false})
		check0(c.client.DeleteBucketWebsite(c.name))
	}},
}
